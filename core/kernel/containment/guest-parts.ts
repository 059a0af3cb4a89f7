import { runAs, runAsHouse } from '../../bus/culprit.js'
import type { TaskerEvents } from '../../contracts/events-api.js'
import type { HookMap, HookName, HookOptions, Hooks } from '../../contracts/hooks.js'
import type { Origin } from '../../contracts/origin.js'
import type { PluginContext, Registering } from '../../contracts/plugin.js'
import { GuardSwitchedOffError } from '../../errors/kernel-errors.js'
import type { RegistrationOptions } from '../../registry/registry-entry.js'
import type { PluginRecord } from './plugin-record.js'

type Listener = (event: never) => unknown

/** The bus for one plugin: its listeners have its name, run as its code, and leave with it. */
export function guestEvents(record: PluginRecord, events: TaskerEvents): TaskerEvents {
  const guests = new WeakMap<Listener, Listener>()
  // The same guest for the same listener, so that `off` finds it again.
  const guestOf = (listener: Listener): Listener => {
    const guest = guests.get(listener) ?? ((event: never) => runAs(record.culprit, () => listener(event)))
    guests.set(listener, guest)
    return guest
  }
  const named = (listener: Listener, options: { readonly name?: string } = {}) => {
    const own = options.name ?? listener.name
    const name = own === '' ? record.plugin.name : `${record.plugin.name}: ${own}`
    record.listeners.add(name)
    return { ...options, name }
  }
  const listen = (method: 'on' | 'once') => (selection: never, listener: Listener, options?: object) =>
    record.scope.add(`a listener`, () =>
      events[method](selection, guestOf(listener) as never, named(listener, options)),
    )
  return {
    on: listen('on') as TaskerEvents['on'],
    once: listen('once') as TaskerEvents['once'],
    off: (selection, listener) => events.off(selection, guestOf(listener) as never),
    stream: (selection, options) => events.stream(selection, options),
    publish: events.publish.bind(events) as TaskerEvents['publish'],
  }
}

/** Of these the caller waits for an answer, and what they guard leaves the house: without the one nothing of the other. */
const essential: readonly HookName[] = ['beforeCommand', 'beforeExport']

/** The hooks for one plugin. */
export function guestHooks(record: PluginRecord, hooks: Hooks): Hooks {
  return {
    add: (name, hook, options = {}) => {
      const { isEssential = essential.includes(name) }: HookOptions = typeof options === 'string' ? {} : options
      const guest = guestHook(record, name, hook)
      const owner = record.plugin.name
      if (!isEssential) return record.scope.add('a hook', () => hooks.add(name, guest, { owner, isEssential }))
      // A guard does not leave with its plugin: what it guards is closed.
      const guard = (...args: readonly unknown[]) => {
        if (record.isOff) throw new GuardSwitchedOffError(owner, name, record.problem ?? record.state)
        return (guest as (...args: readonly unknown[]) => unknown)(...args)
      }
      let remove = () => {}
      record.scope.add('a hook', () => {
        remove = hooks.add(name, guard as typeof guest, { owner, isEssential })
        return () => {}
      })
      return remove
    },
  }
}

function guestHook<N extends HookName>({ culprit }: PluginRecord, name: N, hook: HookMap[N]): HookMap[N] {
  const call = hook as (...args: readonly unknown[]) => unknown
  const guest =
    name === 'aroundStepExecute'
      ? (context: unknown, next: () => Promise<unknown>) =>
          runAs(culprit, async () => call(context, () => runAsHouse(next)))
      : (...args: readonly unknown[]) => runAs(culprit, () => call(...args))
  return guest as HookMap[N]
}

interface OwnRegistry<T> {
  register(value: T, options: RegistrationOptions): { readonly key: string }
  unregister(key: string): boolean
}

/** The registries for one plugin: what it registers is said to come from it. */
export function guestRegistries(
  record: PluginRecord,
  parts: { readonly handlers: unknown; readonly subscribers: unknown; readonly exporters: unknown },
): Pick<PluginContext, 'handlers' | 'subscribers' | 'exporters'> {
  const origin: Origin = { kind: 'code', place: `plugin ${record.plugin.name}` }
  const registering = <T>(what: string, registry: OwnRegistry<T>, note?: (key: string) => void): Registering<T> => ({
    register: (value, options) => {
      let entry: { readonly key: string } | undefined
      record.scope.add(what, () => {
        const added = registry.register(value, { origin, ...options })
        entry = added
        note?.(added.key)
        return () => registry.unregister(added.key)
      })
      return entry
    },
  })
  return {
    handlers: registering('a handler', parts.handlers as OwnRegistry<never>) as PluginContext['handlers'],
    subscribers: registering('a subscriber', parts.subscribers as OwnRegistry<never>, (key) =>
      record.listeners.add(key),
    ) as PluginContext['subscribers'],
    exporters: registering('an exporter', parts.exporters as OwnRegistry<never>) as PluginContext['exporters'],
  }
}
