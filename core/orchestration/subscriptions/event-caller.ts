import { runCausedBy } from '../../bus/correlation-context.js'
import { type Culprit, runAs } from '../../bus/culprit.js'
import { HandlerContext } from '../../bus/handler-context.js'
import { isThenable } from '../../bus/listener.js'
import type { Clock } from '../../contracts/clock.js'
import type { Logger } from '../../contracts/logger.js'
import type { SubscriberDefinition, SubscriberHandler } from '../../contracts/subscriber.js'
import { SubscriberTimedOutError } from '../../errors/event-errors.js'
import type { TaskerEvent } from '../../events/envelope.js'
import { matchesPattern } from '../../events/event-pattern.js'

/** Calls the handlers of one durable subscriber, each within its time limit. */
export class EventCaller {
  readonly #subscriber: SubscriberDefinition
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #log: Logger
  /** Errors that its handlers leave behind, which nobody awaits, are brought home to it and do not end the process. */
  readonly #culprit: Culprit
  readonly #handlers = new Map<string, readonly SubscriberHandler[]>()
  #calls = 0

  constructor(subscriber: SubscriberDefinition, timeoutMs: number, clock: Clock, log: Logger) {
    this.#subscriber = subscriber
    this.#timeoutMs = timeoutMs
    this.#clock = clock
    this.#log = log
    const { name } = subscriber
    const said = `subscriber ${name} left an error behind that nobody awaits`
    this.#culprit = { kind: 'subscriber', name, blame: (error) => log.error({ err: error, subscriber: name }, said) }
  }

  /** How often a handler was called. */
  get calls(): number {
    return this.#calls
  }

  /** Whether there is a handler for events of this name. */
  hears(eventName: string): boolean {
    return this.#handlersOf(eventName).length > 0
  }

  /**
   * Has an event handled by every handler that selects it, one after the other: undefined where all were done at once, which is as good as
   * resolved. Throws, or rejects with, what a handler throws.
   *
   * @throws SubscriberTimedOutError
   */
  call(event: TaskerEvent<string>, attempt: number): Promise<void> | undefined {
    const handlers = this.#handlersOf(event.name)
    for (const [index, handler] of handlers.entries()) {
      const delivery = new HandlerContext(this.#log, attempt)
      const result = this.#run(event, handler, delivery)
      if (!isThenable(result)) continue
      const first = this.#limit(event, delivery, result)
      return index === handlers.length - 1 ? first : this.#goOn(first, event, attempt, handlers.slice(index + 1))
    }
    return undefined
  }

  async #goOn(first: Promise<void>, event: TaskerEvent<string>, attempt: number, others: readonly SubscriberHandler[]) {
    await first
    for (const handler of others) {
      const delivery = new HandlerContext(this.#log, attempt)
      const result = this.#run(event, handler, delivery)
      if (isThenable(result)) await this.#limit(event, delivery, result)
    }
  }

  #run(event: TaskerEvent<string>, handler: SubscriberHandler, delivery: HandlerContext): unknown {
    this.#calls += 1
    return runAs(this.#culprit, () => runCausedBy(event, () => handler(event as TaskerEvent, delivery)))
  }

  #limit(event: TaskerEvent<string>, delivery: HandlerContext, result: PromiseLike<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        const error = new SubscriberTimedOutError(this.#subscriber.name, event.name, this.#timeoutMs)
        reject(error)
        delivery.abort(error)
      }
      const timer = this.#clock.setTimer(expire, this.#timeoutMs, { background: true })
      result.then(
        () => {
          timer.cancel()
          resolve()
        },
        (error: unknown) => {
          timer.cancel()
          reject(error)
        },
      )
    })
  }

  #handlersOf(eventName: string): readonly SubscriberHandler[] {
    const known = this.#handlers.get(eventName)
    if (known !== undefined) return known
    const { on, wants } = this.#subscriber
    const isWanted = wants === undefined || wants(eventName, { log: this.#log })
    const selected = Object.entries(on).filter(([pattern]) => isWanted && matchesPattern(pattern, eventName))
    const handlers = selected.map(([, handler]) => handler)
    this.#handlers.set(eventName, handlers)
    return handlers
  }
}
