import { type Static, type TProperties, Type } from 'typebox'
import { actorKinds, errorCategories, lifecycleStates } from './event-vocabularies.js'

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
  { id: nameText, kind: Type.Enum(actorKinds), name: Type.Optional(Type.String()) },
  { additionalProperties: false },
)
export type EventActor = Static<typeof actor>

/** An error as events, rows and exports carry it. */
export const errorDescription = Type.Object(
  {
    name: Type.String(),
    message: Type.String(),
    code: Type.Optional(Type.String()),
    category: Type.Enum(errorCategories),
    retryable: Type.Boolean(),
    stack: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
export type ErrorDescription = Static<typeof errorDescription>

const taskFields = { namespace: nameText, taskName: nameText, version: nameText }
const stepFields = { ...taskFields, stepName: nameText, attempt: count, retryLimit: count }

/** A payload that says nothing but what it lists. */
export function exactly<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false })
}

/** A payload about a task: its name and version, and what is listed on top. */
export function aboutTask<P extends TProperties>(onTop: P) {
  return exactly({ ...taskFields, ...onTop })
}

/** A payload about a step: its task, name and attempt, and what is listed on top. */
export function aboutStep<P extends TProperties>(onTop: P) {
  return exactly({ ...stepFields, ...onTop })
}
