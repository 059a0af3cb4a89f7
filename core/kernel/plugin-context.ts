import { runAs } from '../bus/culprit.js'
import type { DatabaseAccess } from '../contracts/database-access.js'
import type { TaskerEvents } from '../contracts/events-api.js'
import type { PluginContext } from '../contracts/plugin.js'
import type { EventEnvelope } from '../events/envelope.js'
import type { Composition } from './compose.js'
import { guestEvents, guestHooks, guestRegistries } from './containment/guest-parts.js'
import type { PluginRecord } from './containment/plugin-record.js'
import type { Masking } from './masking.js'
import type { Storage } from './open-storage.js'

/**
 * What the setup of one plugin receives. What it adds carries its name, so that errors and logs can name the culprit, runs as its
 * code, and is taken away again when it is switched off.
 */
export function pluginContextFor(record: PluginRecord, parts: Composition): PluginContext {
  const { name } = record.plugin
  const { tasks, steps, exports, plugins, health, metrics, container, config } = parts
  return {
    container,
    events: guestEvents(record, maskedEvents(parts.bus, parts.masking), config.values.events.handlerTimeoutMs),
    tasks,
    steps,
    exports,
    ...guestRegistries(record, parts),
    plugins,
    hooks: guestHooks(record, parts.hooks),
    health: {
      check: () => health.check(),
      register: (check, ask) =>
        record.scope.add('a health check', () => health.register(check, () => runAs(record.culprit, ask), name)),
    },
    metrics,
    graph: parts.graph,
    namespaces: parts.namespaces,
    schedules: parts.schedules,
    limits: parts.limits,
    dependentSystems: parts.dependentSystems,
    queue: {
      provide: (queue, options) => {
        record.scope.add('a queue', () => {
          parts.queueSlot.provide(queue, name, options)
          return () => parts.queueSlot.withdraw(name)
        })
      },
    },
    database: databaseAccess(parts.storage),
    log: parts.log.child({ plugin: name }),
    config: config.values as unknown as Readonly<Record<string, unknown>>,
  }
}

function databaseAccess({ database, signals, info: { kind, schema } }: Storage): DatabaseAccess {
  return {
    kind,
    schema,
    query: (sql, values) => database.query(sql, values),
    withConnection: (work) => database.withConnection(work),
    listen: (channel, listener, onGap) => signals.listen(channel, listener, onGap),
  }
}

/** The bus as plugins hear it: secrets masked, because a plugin takes payloads out of the engine. */
function maskedEvents(bus: TaskerEvents, masking: Masking): TaskerEvents {
  const wrapped = new WeakMap<object, (event: EventEnvelope) => unknown>()
  // The same wrapper for the same listener, so that `off` finds it again.
  const masked = (listener: (event: never) => unknown) => {
    const known = wrapped.get(listener)
    const wrapper = known ?? ((event: EventEnvelope) => listener(masking.maskEvent(event) as never))
    wrapped.set(listener, wrapper)
    return wrapper
  }
  return {
    on: (selection, listener, options) => bus.on(selection, masked(listener) as never, options),
    once: (selection, listener, options) => bus.once(selection, masked(listener) as never, options),
    off: (selection, listener) => bus.off(selection, masked(listener) as never),
    stream: (selection, options) => maskStream(bus.stream(selection, options), masking),
    publish: bus.publish.bind(bus) as TaskerEvents['publish'],
  }
}

async function* maskStream<E>(stream: AsyncIterable<E>, masking: Masking): AsyncGenerator<E> {
  for await (const event of stream) yield masking.maskEvent(event as { readonly payload: unknown }) as Awaited<E>
}
