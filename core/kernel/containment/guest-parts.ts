import { runAs, runAsHouse } from '../../bus/culprit.js'
import { isThenable } from '../../bus/listener.js'
import type { TaskerEvents } from '../../contracts/events-api.js'
import type { HookMap, HookName, HookOptions, Hooks } from '../../contracts/hooks.js'
import type { Origin } from '../../contracts/origin.js'
import type { PluginContext, Registering } from '../../contracts/plugin.js'
import { SubscriberTimedOutError } from '../../errors/event-errors.js'
import { GuardSwitchedOffError } from '../../errors/kernel-errors.js'
import type { RegistrationOptions, RegistryEntry } from '../../registry/registry-entry.js'
import type { PluginRecord } from './plugin-record.js'

type Listener = (event: never) => unknown

/**
 * The bus for one plugin: its listeners have its name, run as its code, and leave with it. One that has not finished in time, in
 * milliseconds, is left behind and counts as failed, as a subscriber does.
 */
export function guestEvents(record: PluginRecord, events: TaskerEvents, timeoutMs: number): TaskerEvents {
  const guests = new WeakMap<Listener, Listener>()
  // The same guest for the same listener, so that `off` finds it again.
  const guestOf = (listener: Listener): Listener => {
    const guest = guests.get(listener) ?? guestListener(record, listener, timeoutMs)
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

function guestListener({ culprit, plugin }: PluginRecord, listener: Listener, timeoutMs: number): Listener {
  return (event) => {
    const answer = runAs(culprit, () => listener(event))
    if (!isThenable(answer)) return answer
    const { name } = event as { readonly name: string }
    const late = Promise.withResolvers<never>()
    const fail = () => late.reject(new SubscriberTimedOutError(plugin.name, name, timeoutMs))
    const timer = setTimeout(fail, timeoutMs)
    timer.unref()
    return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer))
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
  register(value: T, options: RegistrationOptions): RegistryEntry<T>
  unregister(key: string): boolean
  list(): readonly RegistryEntry<T>[]
}

/**
 * The registries for one plugin: what it registers is said to come from it. What the project itself names, a plugin of a package does
 * not replace, as discovery does not let a package replace it; what it did replace is there again when it is switched off.
 */
export function guestRegistries(
  record: PluginRecord,
  parts: { readonly handlers: unknown; readonly subscribers: unknown; readonly exporters: unknown },
): Pick<PluginContext, 'handlers' | 'subscribers' | 'exporters'> {
  const origin: Origin = { kind: 'code', place: `plugin ${record.plugin.name}` }
  const isGuest = record.origin.kind === 'package'
  const mayReplace = ({ kind }: Origin) => !isGuest || (kind !== 'folder' && kind !== 'configuration')
  const registering = <T>(what: string, registry: OwnRegistry<T>, note?: (key: string) => void): Registering<T> => ({
    register: (value, options) => {
      let entry: RegistryEntry<T> | undefined
      record.scope.add(what, () => {
        const before = registry.list()
        const added = registry.register(value, { ...options, origin, mayReplace })
        entry = added
        note?.(added.key)
        return () => takeBack(registry, added, before)
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

/** Unless somebody else has taken its place since. */
function takeBack<T>(registry: OwnRegistry<T>, added: RegistryEntry<T>, before: readonly RegistryEntry<T>[]): void {
  if (!registry.list().includes(added)) return
  registry.unregister(added.key)
  const replaced = before.find(({ key }) => key === added.key)
  if (replaced !== undefined) registry.register(replaced.value, { origin: replaced.origin })
}
