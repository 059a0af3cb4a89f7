import { isTaskerError } from '../../../core/index.js'
import type { CancelAnswer } from '../evidence/evidence.js'
import type { Creations } from './creations.js'

/** Cancels tasks as a person would, from a process that runs none, and keeps what was answered. */
export class Cancellations {
  readonly answers = new Map<string, CancelAnswer>()
  readonly #creations: Creations
  readonly #problems: string[] = []

  constructor(creations: Creations) {
    this.#creations = creations
  }

  /** Commands that got another answer than a person can do something with. */
  get problems(): readonly string[] {
    return this.#problems
  }

  async cancel(key: string): Promise<void> {
    const client = await this.#creations.client()
    try {
      const { state } = await client.tasks.cancel(this.#creations.confirmed.get(key)!, { reason: 'chaos' })
      this.answers.set(key, 'cancelled')
      if (state !== 'cancelled') this.#problems.push(`the cancellation of ${key} was confirmed, and it was ${state}`)
    } catch (error) {
      this.answers.set(key, 'refused')
      if (isTaskerError(error) && error.code === 'ILLEGAL_TRANSITION') return
      this.#problems.push(`the cancellation of ${key} was answered by ${error}`)
    }
  }
}
