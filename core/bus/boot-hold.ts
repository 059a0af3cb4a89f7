import type { EventEnvelope } from '../events/envelope.js'
import { BoundedBuffer } from './bounded-buffer.js'
import type { OverflowReport } from './overflow-report.js'

/** Keeps what is published before the subscribers are attached. */
export class BootHold {
  readonly #buffer: BoundedBuffer<EventEnvelope>
  readonly #overflow: OverflowReport

  constructor(size: number, overflow: OverflowReport) {
    this.#buffer = new BoundedBuffer(size)
    this.#overflow = overflow
  }

  get size(): number {
    return this.#buffer.size
  }

  get dropped(): number {
    return this.#overflow.dropped
  }

  keep(event: EventEnvelope): void {
    const dropped = this.#buffer.push(event)
    if (dropped !== undefined) this.#overflow.count(dropped)
  }

  /** Hands over what is kept, in order, and what is added meanwhile after it. */
  release(deliver: (event: EventEnvelope) => void): void {
    for (let event = this.#buffer.shift(); event !== undefined; event = this.#buffer.shift()) deliver(event)
  }

  clear(): void {
    this.#buffer.clear()
  }
}
