/** A step and how long its slowest attempt took. */
export interface SlowStep {
  /** `payments.refund/charge` */
  readonly step: string
  readonly attempts: number
  /** Attempts that took longer than the limit. */
  readonly slow: number
  readonly longestMs: number
}

/** What is known of the steps that ran in this process. */
export class SlowStepList {
  readonly #steps = new Map<string, SlowStep>()
  readonly #limitMs: number

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Notes one attempt; whether it was slow. */
  add(step: string, durationMs: number): boolean {
    const isSlow = durationMs > this.#limitMs
    const { attempts, slow, longestMs } = this.#steps.get(step) ?? { attempts: 0, slow: 0, longestMs: 0 }
    this.#steps.set(step, {
      step,
      attempts: attempts + 1,
      slow: slow + (isSlow ? 1 : 0),
      longestMs: Math.max(longestMs, durationMs),
    })
    return isSlow
  }

  /** Those that were slow at least once, the slowest first. */
  slowest(): readonly SlowStep[] {
    return [...this.#steps.values()].filter(({ slow }) => slow > 0).sort((a, b) => b.longestMs - a.longestMs)
  }

  /** The share of slow attempts, from 0 to 1. */
  share(): number {
    const all = [...this.#steps.values()]
    const attempts = all.reduce((sum, step) => sum + step.attempts, 0)
    return attempts === 0 ? 0 : all.reduce((sum, step) => sum + step.slow, 0) / attempts
  }
}
