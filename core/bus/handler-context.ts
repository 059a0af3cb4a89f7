import type { Logger } from '../contracts/logger.js'
import type { SubscriberContext } from '../contracts/subscriber.js'

/** What a subscriber's handler gets beside the event; its signal is made only when it is asked for, because few ask. */
export class HandlerContext implements SubscriberContext {
  readonly log: Logger
  readonly attempt: number
  #controller: AbortController | undefined
  #reason: unknown

  constructor(log: Logger, attempt = 1) {
    this.log = log
    this.attempt = attempt
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#reason = reason
    this.#controller?.abort(reason)
  }
}
