import { injectable } from 'tsyringe'
import {
  SUBSCRIBER_CLASS_BRAND,
  type SubscriberClass,
  type SubscriberClassDescription,
  type SubscriberContext,
} from '../contracts/subscriber.js'
import { InvalidExtensionError } from '../errors/definition-errors.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'
import { type Checked, type EventPattern, type MatchingEvents, patternsOf } from '../events/event-pattern.js'
import type { SubscriberOptions } from './define-subscriber.js'

/** Where `@on` leaves the patterns of each method, on the prototype; a registered symbol, for two copies of the package. */
const METHODS: unique symbol = Symbol.for('tasker.subscriber.methods') as never

/**
 * Makes a class a subscriber: the container builds it, and its methods with {@link on} hear events. Methods of a parent class
 * count as well; one that is overridden without `@on` keeps its patterns.
 *
 * @throws InvalidExtensionError when no method has `@on`
 * @example
 * @subscriber({ name: 'audit' })
 * export class Audit {
 *   constructor(@inject(LOGGER) private readonly log: Logger) {}
 *
 *   @on('task.completed', 'task.failed')
 *   record(event: TaskerEvent<'task.completed' | 'task.failed'>) { … }
 * }
 */
export function subscriber(options: SubscriberOptions): <C extends SubscriberClass>(target: C) => void {
  return (target) => {
    const methods = methodsOf(target.prototype)
    if (methods.size === 0) {
      throw new InvalidExtensionError('subscriber', options.name, {
        problem: `its class ${target.name} listens to nothing`,
        expected: 'at least one method with @on',
        wayOut: "Write @on('task.completed') above a method",
      })
    }
    injectable()(target)
    const description: SubscriberClassDescription = Object.freeze({
      ...options,
      durable: options.durable ?? false,
      methods,
    })
    Object.defineProperty(target, SUBSCRIBER_CLASS_BRAND, { value: description, configurable: true })
  }
}

/**
 * Lets a method of a class with {@link subscriber} hear events: names, `<family>.*`, `*`, or custom events. The method's parameter
 * must accept the events that are named.
 *
 * @example
 * @on('step.*', fulfilled)
 * count(event: { readonly name: string }) { … }
 */
export function on<const P extends readonly [Pattern, ...Pattern[]]>(
  ...patterns: P & Checked<P>
): <M extends (event: MatchingEvents<P>, context: SubscriberContext) => unknown>(
  target: object,
  method: string,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return (target, method) => {
    const prototype = target as { [METHODS]?: Map<string, readonly string[]> }
    if (!Object.hasOwn(prototype, METHODS)) Object.defineProperty(prototype, METHODS, { value: new Map() })
    prototype[METHODS]?.set(method, patternsOf(patterns))
  }
}

type Pattern = EventPattern | CustomEventDescriptor

/** Method → patterns, those of the parent classes first. */
function methodsOf(prototype: object): ReadonlyMap<string, readonly string[]> {
  const parent = Object.getPrototypeOf(prototype) as object | null
  const inherited = parent === null ? [] : methodsOf(parent)
  const own = Object.hasOwn(prototype, METHODS)
    ? (prototype as { [METHODS]: ReadonlyMap<string, readonly string[]> })[METHODS]
    : []
  return new Map([...inherited, ...own])
}
