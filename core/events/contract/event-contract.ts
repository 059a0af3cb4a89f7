import type { CustomEventDescriptor } from '../custom-event.js'
import { lifecycleEvents } from '../event-catalogue.js'
import { eventExamples } from '../examples/event-examples.js'
import { sampleOfSchema } from '../examples/schema-sample.js'
import { envelopeSchema } from './envelope-schema.js'

/**
 * Version of the contract that the 56 events and their envelope are, by the rules of semantic versioning: what breaks a subscriber
 * raises the first number, what is new the second. It counts apart from the version of the package. A test compares the present
 * events with the released contracts and says when this has to be raised.
 */
export const eventContractVersion = '1.0.0'

/** One event as subscribers may rely on it. */
export interface ContractEvent {
  readonly name: string
  /** When it fires. */
  readonly description: string
  /** Whether it is written to the event log, where durable subscribers hear it. */
  readonly durable: boolean
  readonly schemaVersion: number
  /** JSON Schema of the payload; null: any. */
  readonly schema: object | null
  /** A payload; of a custom event made up from its schema, null where it has none. */
  readonly example?: unknown
}

/** All events of a project at a time: what `tasker events contract` prints, and `tasker events diff` compares. */
export interface EventContract {
  readonly contract: 'tasker-events'
  /** Of the lifecycle events. */
  readonly version: string
  /** JSON Schema of what is around each payload. */
  readonly envelope: object
  readonly events: readonly ContractEvent[]
}

/**
 * The contract of the lifecycle events, and of custom ones where they are given.
 *
 * @example
 * eventContract(tasker.events.customEvents).events.find(({ name }) => name === 'order.fulfilled')
 */
export function eventContract(customEvents: Iterable<CustomEventDescriptor> = []): EventContract {
  const lifecycle = Object.values(lifecycleEvents).map(
    ({ name, description, durable, schemaVersion, payload }): ContractEvent => ({
      name,
      description,
      durable,
      schemaVersion,
      schema: payload,
      example: eventExamples[name],
    }),
  )
  const custom = [...customEvents].map(
    ({ name, description, durable, schemaVersion, schema = null }): ContractEvent => ({
      name,
      description,
      durable,
      schemaVersion,
      schema,
      example: schema === null ? null : sampleOfSchema(schema),
    }),
  )
  return {
    contract: 'tasker-events',
    version: eventContractVersion,
    envelope: envelopeSchema,
    events: [...lifecycle, ...custom],
  }
}
