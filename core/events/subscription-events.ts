import { Type } from 'typebox'
import { type CustomEventDescriptor, defineEvent } from './custom-event.js'
import { actor, count, errorDescription, exactly, moment, nameText, uuid } from './payload-parts.js'

const about = { subscriber: Type.String({ minLength: 1, description: 'Name of the durable subscriber.' }) }
const failedEvent = {
  ...about,
  event: Type.String({ description: 'Name of the event that was not handled.' }),
  position: Type.String({ description: 'Where that event stands in the log.' }),
  attempts: Type.Integer({ minimum: 1, description: 'How often it was tried.' }),
  error: errorDescription,
}
const asked = { ...about, reason: Type.String({ description: 'Why, as it was said.' }), actor }

/**
 * What is told of durable subscribers, on the bus of the process in which it happens. Custom events of Tasker's own: they are none of the 56,
 * and are not in the log, because what tells of deliveries is not itself to be delivered.
 *
 * @example
 * tasker.events.on(subscriptionEvents.deadLettered, ({ payload }) => page(`${payload.subscriber}: ${payload.error.message}`))
 */
export const subscriptionEvents = {
  deliveryFailed: defineEvent('subscriber.delivery_failed', exactly({ ...failedEvent, nextAttemptAt: moment }), {
    description: 'a durable subscriber failed on an event, which is tried again',
  }),
  deadLettered: defineEvent('subscriber.dead_lettered', exactly({ ...failedEvent, deadLetterId: uuid }), {
    description: 'a durable subscriber gave up an event',
  }),
  fellBehind: defineEvent('subscriber.fell_behind', exactly({ ...about, lostAtMost: count }), {
    description: 'retention has taken entries that a durable subscriber had not read',
  }),
  paused: defineEvent('subscriber.delivery_paused', exactly(asked), { description: 'a durable subscriber was paused' }),
  resumed: defineEvent('subscriber.delivery_resumed', exactly(asked), { description: 'a durable subscriber goes on' }),
  replayed: defineEvent('subscriber.events_replayed', exactly({ ...asked, from: nameText }), {
    description: 'a durable subscriber is given events again',
  }),
  skipped: defineEvent('subscriber.events_skipped', exactly({ ...asked, to: nameText }), {
    description: 'events were passed over for a durable subscriber',
  }),
  forgotten: defineEvent('subscriber.forgotten', exactly(asked), {
    description: 'the cursor and the dead letters of a durable subscriber were removed',
  }),
} as const

/** All of them. */
export const allSubscriptionEvents: readonly CustomEventDescriptor[] = Object.values(subscriptionEvents)
