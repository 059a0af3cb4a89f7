import type { EventEnvelope } from '../events/envelope.js'
import { BoundedBuffer } from './bounded-buffer.js'
import type { BusMember } from './bus-member.js'
import type { OverflowReport } from './overflow-report.js'
import type { SubscriberStats } from './subscriber-stats.js'

export interface StreamOptions {
  /** Ends the stream. */
  readonly signal?: AbortSignal
  /** Most events that wait for the reader; beyond, the oldest are dropped, counted and reported. Default 1000. */
  readonly bufferSize?: number
  readonly name?: string
}

export interface EventStreamParts {
  readonly name: string
  readonly patterns: readonly string[]
  readonly bufferSize: number
  readonly overflow: OverflowReport
  readonly onEnd: () => void
}

type Result<E> = IteratorResult<E, undefined>

/** Events as an async iterable: those published since it was made, in order. Leaving the loop ends it. */
export class EventStream<E extends EventEnvelope = EventEnvelope>
  implements AsyncIterableIterator<E, undefined>, BusMember
{
  readonly name: string
  readonly patterns: readonly string[]
  /** What waits for a reader holds up no drain. */
  readonly isBusy = false
  readonly unfinished = 0
  readonly #buffer: BoundedBuffer<E>
  readonly #overflow: OverflowReport
  readonly #onEnd: () => void
  readonly #readers: ((result: Result<E>) => void)[] = []
  #hasEnded = false
  #delivered = 0

  constructor({ name, patterns, bufferSize, overflow, onEnd }: EventStreamParts) {
    this.name = name
    this.patterns = patterns
    this.#buffer = new BoundedBuffer(bufferSize)
    this.#overflow = overflow
    this.#onEnd = onEnd
  }

  idle(): Promise<void> {
    return Promise.resolve()
  }

  stats(): SubscriberStats {
    const { name, patterns } = this
    const [delivered, queued, dropped] = [this.#delivered, this.#buffer.size, this.#overflow.dropped]
    return {
      name,
      patterns,
      kind: 'stream',
      delivered,
      queued,
      dropped,
      failed: 0,
      timedOut: 0,
      blocked: 0,
      skipped: 0,
      circuit: 'closed',
    }
  }

  push(event: E): void {
    if (this.#hasEnded) return
    this.#delivered++
    const reader = this.#readers.shift()
    if (reader !== undefined) {
      reader({ done: false, value: event })
      return
    }
    const dropped = this.#buffer.push(event)
    if (dropped !== undefined) this.#overflow.count(dropped)
  }

  /** No more events; those that wait can still be read. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#onEnd()
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined })
  }

  next(): Promise<Result<E>> {
    const value = this.#buffer.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => this.#readers.push(resolve))
  }

  return(): Promise<Result<E>> {
    this.#buffer.clear()
    this.end()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
