import { Type } from 'typebox'
import type { JsonSchema } from '../../contracts/task-definition.js'
import type { CustomEventDescriptor } from '../../events/custom-event.js'
import { closed, count, milliseconds, second } from './setting-kinds.js'

/** A custom event declared by name in the configuration. */
export interface CustomEventEntry {
  readonly description?: string
  readonly schema?: JsonSchema
  readonly durable?: boolean
}

export const events = Type.Object(
  {
    validatePayloads: Type.Boolean({
      description: 'Whether every payload is checked against its schema. Default: true, in production false.',
    }),
    queueSize: count('Most events that wait for one asynchronous subscriber that says nothing else.', 1000),
    handlerTimeoutMs: milliseconds('How long a handler of a subscriber that says nothing else may take', 30 * second),
    blocking: Type.Object(
      {
        limitMs: milliseconds('A listener that keeps the process from all else for longer is named and counted', 100),
        times: count('So many such calls within withinMs pause it, for circuitBreaker.cooldownMs.', 5),
        withinMs: milliseconds('Within how long such calls are counted', 60 * second),
      },
      { ...closed, description: 'Pauses a listener or subscriber that blocks the process.' },
    ),
    circuitBreaker: Type.Object(
      {
        failures: count('Failures in a row after which a subscriber is paused.', 5),
        cooldownMs: milliseconds('How long it is paused', 30 * second),
      },
      { ...closed, description: 'Pauses a subscriber that keeps failing.' },
    ),
  },
  { ...closed, description: 'The event bus.' },
)

const customEventEntry = Type.Object(
  {
    description: Type.Optional(Type.String({ description: 'What the event means.' })),
    schema: Type.Optional(Type.Unsafe<JsonSchema>({ type: 'object', description: 'JSON Schema of its payload.' })),
    durable: Type.Optional(Type.Boolean({ description: 'Whether it is written to the event log. Default false.' })),
  },
  closed,
)

export const customEvents = Type.Unsafe<Record<string, CustomEventEntry> | CustomEventDescriptor[]>({
  anyOf: [
    { type: 'object', additionalProperties: customEventEntry },
    { type: 'array', items: { entry: 'descriptor' } },
  ],
  default: {},
  description: 'Custom events: a description, schema and durable by name, or a list of what defineEvent gives.',
})
