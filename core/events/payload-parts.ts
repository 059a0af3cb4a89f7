import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import { actorKinds, errorCategories, lifecycleStates } from './event-vocabularies.js'
import { payloadMembers } from './payload-members.js'

/** A UUID; ours are of version 7, so that they sort by time. */
export const uuid = Type.String({ format: 'uuid' })

/** A moment, ISO 8601 in UTC. */
export const moment = Type.String({ format: 'date-time' })

/** Milliseconds. */
export const milliseconds = Type.Number({ minimum: 0 })

/** How many. */
export const count = Type.Integer({ minimum: 0 })

/** A name: of a step, a queue, a format, a subscriber … */
export const nameText = Type.String({ minLength: 1 })

/** Names of steps; an element of a fan-out is `notify[0]`. */
export const stepNames = Type.Array(nameText)

/** A state of a task or a step. */
export const state = Type.Enum(lifecycleStates)

/** Who did it. */
export const actor = Type.Object(
  {
    id: Type.String({ minLength: 1, description: 'Who, as the caller names them.' }),
    kind: Type.Enum(actorKinds, { description: 'Whether it is a person or a program.' }),
    name: Type.Optional(Type.String({ description: 'Name for people to read.' })),
  },
  { additionalProperties: false },
)
export type EventActor = Static<typeof actor>

/** An error as events, rows and exports carry it. */
export const errorDescription = Type.Object(
  {
    name: Type.String({ description: 'Class of the error.' }),
    message: Type.String({ description: 'What happened.' }),
    code: Type.Optional(Type.String({ description: 'Code of the error, for programs.' })),
    category: Type.Enum(errorCategories, { description: 'What kind of failure it is.' }),
    retryable: Type.Boolean({ description: 'Whether another attempt may help.' }),
    stack: Type.Optional(Type.String({ description: 'Where in the code.' })),
  },
  { additionalProperties: false },
)
export type ErrorDescription = Static<typeof errorDescription>

const taskFields = { namespace: nameText, taskName: nameText, version: nameText }
const stepFields = { ...taskFields, stepName: nameText, attempt: count, retryLimit: count }

/** A payload that says nothing but what it lists. */
export function exactly<P extends TProperties>(properties: P) {
  return Type.Object(described(properties), { additionalProperties: false })
}

/** The properties, each with a description: its own, or what a member of that name means. */
function described<P extends TProperties>(properties: P): P {
  const pairs = Object.entries(properties).map(([name, schema]) => [
    name,
    withDescription(schema, payloadMembers[name]),
  ])
  return Object.fromEntries(pairs)
}

/** A copy, because parts are shared; what TypeBox keeps out of sight, such as that a member is optional, is copied, too. */
function withDescription(
  schema: TSchema & { readonly description?: string },
  description: string | undefined,
): TSchema {
  if (schema.description !== undefined || description === undefined) return schema
  const own = Object.getOwnPropertyDescriptors(schema)
  return Object.create(Object.getPrototypeOf(schema), { ...own, description: { value: description, enumerable: true } })
}

/** A payload about a task: its name and version, and what is listed on top. */
export function aboutTask<P extends TProperties>(onTop: P) {
  return exactly({ ...taskFields, ...onTop })
}

/** A payload about a step: its task, name and attempt, and what is listed on top. */
export function aboutStep<P extends TProperties>(onTop: P) {
  return exactly({ ...stepFields, ...onTop })
}
