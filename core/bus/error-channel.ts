import { EventEmitter } from 'eventemitter3'
import type { Logger } from '../contracts/logger.js'
import type { BusFailure, BusFailureKind } from './bus-failure.js'

const messages: Record<BusFailureKind, string> = {
  threw: 'a subscriber threw',
  rejected: 'a subscriber rejected',
  timed_out: 'a subscriber took too long and was left behind',
  blocked: 'a subscriber blocks the process',
  strayed: 'a subscriber left an error behind that nobody awaits',
  overflowed: 'a subscriber is too slow, events were dropped',
  circuit_opened: 'a subscriber keeps failing and is paused',
  unknown_event: 'a subscriber listens to an event that does not exist',
}

/** Where the failures of subscribers go: counted, logged with the culprit's name, and handed to whoever asked. */
export class ErrorChannel {
  readonly #emitter = new EventEmitter<{ failure: [BusFailure] }>()
  readonly #log: Pick<Logger, 'warn' | 'error'> | undefined
  #failures = 0

  constructor(log: Pick<Logger, 'warn' | 'error'> | undefined) {
    this.#log = log
  }

  /** How many failures there were. */
  get failures(): number {
    return this.#failures
  }

  listen(listener: (failure: BusFailure) => void): () => void {
    // A listener of its own, so that the same function given twice is two listeners.
    const guarded = (failure: BusFailure): void => this.#guard(listener, failure)
    this.#emitter.on('failure', guarded)
    return () => {
      this.#emitter.off('failure', guarded)
    }
  }

  readonly report = (failure: BusFailure): void => {
    this.#failures++
    const { kind, subscriber, event, error, dropped } = failure
    const level = kind === 'overflowed' || kind === 'unknown_event' ? 'warn' : 'error'
    const about = {
      subscriber,
      kind,
      event: event?.name,
      eventId: event?.id,
      taskId: event?.taskId,
      dropped,
      err: error,
    }
    this.#log?.[level](about, messages[kind])
    this.#emitter.emit('failure', failure)
  }

  #guard(listener: (failure: BusFailure) => unknown, failure: BusFailure): void {
    try {
      const result = listener(failure)
      if (result instanceof Promise) result.catch((error: unknown) => this.#logOwn(error))
    } catch (error) {
      this.#logOwn(error)
    }
  }

  /** Only logged: reporting a failure of the error channel on the error channel would not end. */
  #logOwn(error: unknown): void {
    this.#log?.error({ err: error }, 'a listener of the error channel failed')
  }
}
