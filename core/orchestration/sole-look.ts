/** A look that is never taken twice at once: whoever asks meanwhile gets another one when this one has ended. */
export class SoleLook {
  readonly #look: () => Promise<void>
  readonly #goesOn: () => boolean
  #current: Promise<void> | undefined
  #isAskedAgain = false

  /** @param goesOn asked before another look is taken */
  constructor(look: () => Promise<void>, goesOn: () => boolean) {
    this.#look = look
    this.#goesOn = goesOn
  }

  /** The look under way, or none. */
  get current(): Promise<void> | undefined {
    return this.#current
  }

  /** What has been seen is no longer so: one more look, when one is under way. */
  again(): void {
    this.#isAskedAgain = true
  }

  /** Resolves when a look has ended that may have begun before, but not without another one after it. */
  async take(): Promise<void> {
    if (this.#current !== undefined) {
      this.#isAskedAgain = true
      return this.#current
    }
    this.#current = this.#untilDone()
    try {
      await this.#current
    } finally {
      this.#current = undefined
    }
  }

  async #untilDone(): Promise<void> {
    do {
      this.#isAskedAgain = false
      await this.#look()
    } while (this.#isAskedAgain && this.#goesOn())
  }
}
