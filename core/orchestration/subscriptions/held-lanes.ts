import type { Clock, Timer } from '../../contracts/clock.js'
import type { HeldLane } from '../../contracts/subscription-store.js'

/** The lanes of the shards held here whose events wait, because one of them failed: they are tried again when they are due. */
export class HeldLanes {
  readonly #clock: Clock
  readonly #onDue: (lane: HeldLane) => void
  readonly #lanes = new Map<string, HeldLane>()
  /** Those that are being tried again now. */
  readonly #busy = new Set<string>()
  #timer: Timer | undefined
  #isHalted = false

  constructor(clock: Clock, onDue: (lane: HeldLane) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  get size(): number {
    return this.#lanes.size
  }

  /** Whether one is being tried again. */
  get isBusy(): boolean {
    return this.#busy.size > 0
  }

  get(lane: string): HeldLane | undefined {
    return this.#lanes.get(lane)
  }

  has(lane: string): boolean {
    return this.#lanes.has(lane)
  }

  /** Holds a lane, or says how it stands now; it is tried again when it is due. */
  hold(lane: HeldLane): void {
    this.#lanes.set(lane.lane, lane)
    this.#busy.delete(lane.lane)
    this.#setTimer()
  }

  free(lane: string): void {
    this.#lanes.delete(lane)
    this.#busy.delete(lane)
  }

  /** It could not be tried, for reasons that are none of its own. */
  again(lane: string): void {
    this.#busy.delete(lane)
    this.#setTimer()
  }

  /** Whether one of a shard is being tried again. */
  isTrying(shard: number): boolean {
    for (const key of this.#busy) if (this.#lanes.get(key)?.shard === shard) return true
    return false
  }

  /** Forgets those of a shard that is held here no longer, or that is given up: then all but those that are being tried again. */
  forget(shard: number, isGivenUp = false): void {
    for (const [key, lane] of this.#lanes) {
      if (lane.shard === shard && !(isGivenUp && this.#busy.has(key))) this.free(key)
    }
  }

  halt(): void {
    this.#isHalted = true
    this.#timer?.cancel()
  }

  #setTimer(): void {
    this.#timer?.cancel()
    if (this.#isHalted) return
    let next = Number.POSITIVE_INFINITY
    for (const [key, { dueAt }] of this.#lanes) if (!this.#busy.has(key)) next = Math.min(next, Date.parse(dueAt))
    if (next === Number.POSITIVE_INFINITY) return
    this.#timer = this.#clock.setTimer(() => this.#fire(), Math.max(0, next - this.#clock.now()), { background: true })
  }

  #fire(): void {
    const now = this.#clock.now()
    const due = [...this.#lanes.values()].filter(({ lane, dueAt }) => !this.#busy.has(lane) && Date.parse(dueAt) <= now)
    for (const { lane } of due) this.#busy.add(lane)
    this.#setTimer()
    for (const lane of due) this.#onDue(lane)
  }
}
