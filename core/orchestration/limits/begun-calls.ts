/** What holds for calls that begin in one worker. */
export interface StartRule {
  /** So many may begin in any `windowMs`; infinite: any number. */
  readonly most: number
  readonly windowMs: number
  /** And none sooner than so long after the one before. */
  readonly gapMs: number
}

/** When the last calls began: those that are late, because the process was busy, must not come too close to each other. */
export class BegunCalls {
  readonly #times: number[] = []

  /** When the next one may begin, in milliseconds since 1970; a time that has passed: now. */
  nextAt(now: number, { most, windowMs, gapMs }: StartRule): number {
    const last = this.#times.at(-1)
    if (last === undefined) return now
    if (last > now) {
      // The clock went back: what was written down says nothing any more.
      this.#times.length = 0
      return now
    }
    while (this.#times.length > 0 && this.#times[0]! <= now - windowMs) this.#times.shift()
    const surplus = this.#times.length - most
    return Math.max(last + gapMs, surplus >= 0 ? this.#times[surplus]! + windowMs : now)
  }

  add(now: number): void {
    this.#times.push(now)
  }
}
