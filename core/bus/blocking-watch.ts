export interface BlockingOptions {
  /** A call that keeps the process from all else for longer, in milliseconds, is counted. Default 100. */
  readonly limitMs?: number
  /** So many such calls … Default 5. */
  readonly times?: number
  /** … within so long, in milliseconds, pause whoever makes them. Default 60 000. */
  readonly withinMs?: number
}

/**
 * Finds out who blocks the process. A clock read twice for each listener would cost more than calling it, so each dispatch as a whole
 * is looked at, and only after a slow one, for a while, each listener by itself: the second slow call has a name.
 */
export class BlockingWatch {
  readonly limitMs: number
  readonly #times: number
  readonly #withinMs: number
  /** Until when listeners are looked at one by one. */
  #until = 0
  /** Time spent in calls within the one that is being measured. */
  #innerMs = 0
  isOn = false

  constructor({ limitMs = 100, times = 5, withinMs = 60_000 }: BlockingOptions = {}) {
    this.limitMs = limitMs
    this.#times = times
    this.#withinMs = withinMs
  }

  /** Notes how long a dispatch took that began at a time of `performance.now()`. */
  sawDispatch(startedAt: number): void {
    const now = performance.now()
    if (now - startedAt > this.limitMs) {
      this.isOn = true
      this.#until = now + this.#withinMs
    } else if (this.isOn && now > this.#until) this.isOn = false
  }

  /** Calls what never throws, and gives how long the call itself took, without others that were called in it. */
  measure(call: () => void): number {
    const outerMs = this.#innerMs
    this.#innerMs = 0
    const before = process.resourceUsage()
    const startedAt = performance.now()
    call()
    const tookMs = performance.now() - startedAt
    const ownMs = tookMs - this.#innerMs
    this.#innerMs = outerMs + tookMs
    return ownMs > this.limitMs && wasLeftAlone(before, this.limitMs) ? 0 : ownMs
  }

  /** The slow calls of one. */
  record(): SlowCalls {
    return new SlowCalls(this.#times, this.#withinMs)
  }
}

/**
 * Whether it was the machine that kept the process from going on, and not what it did: it was taken off its processor, and has not used
 * one for as long as would be too long. Who waits for a file or a lock gives the processor up by himself, and counts as blocking.
 */
function wasLeftAlone(before: NodeJS.ResourceUsage, limitMs: number): boolean {
  const after = process.resourceUsage()
  const usedMs = (after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime) / 1000
  const wasTakenOff = after.involuntaryContextSwitches > before.involuntaryContextSwitches
  return wasTakenOff && usedMs <= limitMs
}

/** When one blocked the process of late. */
export class SlowCalls {
  readonly #times: number
  readonly #withinMs: number
  #at: number[] = []

  constructor(times: number, withinMs: number) {
    this.#times = times
    this.#withinMs = withinMs
  }

  /** Notes one more; whether they are too many now, and then begins anew. */
  add(): boolean {
    const now = performance.now()
    this.#at = [...this.#at.filter((at) => now - at < this.#withinMs), now]
    if (this.#at.length < this.#times) return false
    this.#at = []
    return true
  }
}
