import { familyOf } from '../event-families.js'
import type { ContractEvent, EventContract } from './event-contract.js'
import type { SchemaNode } from './schema-variants.js'

const license = { name: 'MIT' }

/**
 * A contract as an AsyncAPI 3 document: a channel and a message for each event, with its schema and an example, for catalogues,
 * generators of code, and other tools that know the format.
 *
 * Its schemas leave objects open, unlike those that Tasker checks its own payloads by: members may be added, and whoever checks by
 * this document should not refuse them.
 *
 * @example
 * JSON.stringify(asyncApiDocument(eventContract(tasker.events.customEvents)))
 */
export function asyncApiDocument(contract: EventContract, title = 'Tasker events'): object {
  const { events, version, envelope } = contract
  return {
    asyncapi: '3.0.0',
    info: {
      title,
      version,
      description:
        'What happens to tasks, steps, exports and registries. Objects may gain members, and lists of words gain words, within one major version.',
      license,
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(events.map((event) => [event.name, channelOf(event)])),
    operations: Object.fromEntries(events.map((event) => [`publish.${event.name}`, operationOf(event)])),
    components: {
      messages: Object.fromEntries(events.map((event) => [event.name, messageOf(event)])),
      schemas: { envelope: opened(envelope) },
    },
  }
}

function channelOf({ name, durable }: ContractEvent): object {
  return {
    address: name,
    description: durable ? 'In the event log and on the bus.' : 'On the bus of the process that published it.',
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
  }
}

function operationOf({ name, description }: ContractEvent): object {
  return {
    action: 'send',
    summary: description,
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
  }
}

function messageOf({ name, description, durable, schemaVersion, schema, example }: ContractEvent): object {
  const payload = schema === null ? {} : opened(schema)
  return {
    name,
    title: name,
    summary: description,
    tags: [{ name: familyOf(name) }, ...(durable ? [{ name: 'durable' }] : [])],
    payload: {
      allOf: [
        { $ref: '#/components/schemas/envelope' },
        { type: 'object', properties: { name: { const: name }, schemaVersion: { const: schemaVersion }, payload } },
      ],
    },
    ...(example === undefined || example === null
      ? {}
      : { examples: [{ payload: eventOf(name, schemaVersion, example) }] }),
  }
}

/** An event around an example of its payload. */
function eventOf(name: string, schemaVersion: number, payload: unknown): object {
  return {
    id: '01970a10-4c20-7c11-8d22-9e33af44b055',
    name,
    schemaVersion,
    payload,
    occurredAt: '2025-06-01T10:00:00.180Z',
    correlationId: '01970a10-4bff-7a66-9b77-8c88d99eea00',
  }
}

/** A schema without `additionalProperties: false`, at every depth. */
function opened(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(opened)
  if (typeof schema !== 'object' || schema === null) return schema
  const members = Object.entries(schema as SchemaNode).filter(
    ([keyword, value]) => !(keyword === 'additionalProperties' && value === false),
  )
  return Object.fromEntries(members.map(([keyword, value]) => [keyword, opened(value)]))
}
