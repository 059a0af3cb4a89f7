import {
  SUBSCRIBER_CLASS_BRAND,
  type SubscriberClass,
  type SubscriberClassDescription,
  type SubscriberDefinition,
  type SubscriberHandler,
} from '../contracts/subscriber.js'
import { InvalidExtensionError } from '../errors/definition-errors.js'

/** Whether a value is a class with `@subscriber` of its own; a class that only inherits it is none. */
export function isSubscriberClass(value: unknown): boolean {
  return typeof value === 'function' && Object.hasOwn(value, SUBSCRIBER_CLASS_BRAND)
}

/**
 * Turns an instance that the container built of a class with `@subscriber` into a definition, its methods bound to it.
 *
 * @throws InvalidExtensionError when the class has no `@subscriber` of its own
 */
export function subscriberFromClass(subscriberClass: SubscriberClass, instance: object): SubscriberDefinition {
  if (!isSubscriberClass(subscriberClass)) {
    throw new InvalidExtensionError('subscriber', subscriberClass.name, {
      problem: 'its class is not a subscriber',
      expected: 'a class with @subscriber({ name }) of its own',
      wayOut: 'Put the decorator on the class; it is not inherited, because each subscriber needs a name of its own',
    })
  }
  const { methods, ...options } = descriptionOf(subscriberClass)
  const handlers = new Map<string, SubscriberHandler[]>()
  for (const [method, patterns] of methods) {
    const handler = boundMethod(instance, method)
    for (const pattern of patterns) handlers.set(pattern, [...(handlers.get(pattern) ?? []), handler])
  }
  const on = Object.fromEntries([...handlers].map(([pattern, all]) => [pattern, together(all)]))
  return Object.freeze({ ...options, on: Object.freeze(on) })
}

function descriptionOf(subscriberClass: SubscriberClass): SubscriberClassDescription {
  return (subscriberClass as unknown as Record<typeof SUBSCRIBER_CLASS_BRAND, SubscriberClassDescription>)[
    SUBSCRIBER_CLASS_BRAND
  ]
}

function boundMethod(instance: object, method: string): SubscriberHandler {
  return (event, context) => (instance as Record<string, SubscriberHandler>)[method]?.(event, context)
}

/** Methods that listen to one pattern are all called, whatever becomes of the others. */
function together(handlers: readonly SubscriberHandler[]): SubscriberHandler {
  const [first, ...rest] = handlers
  if (first !== undefined && rest.length === 0) return first
  return async (event, context) => {
    const ends = await Promise.allSettled(handlers.map(async (handler) => handler(event, context)))
    const errors = ends.filter((end) => end.status === 'rejected').map((end) => end.reason)
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} methods failed on ${event.name}`)
  }
}
