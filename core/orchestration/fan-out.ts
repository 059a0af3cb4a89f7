import type { StepRecord } from '../workflow/task-record.js'

/** Most elements that are offered for admission at once, whatever the limits: what waits behind them costs nothing. */
const mostOffered = 1_000

/**
 * The elements of one `.each` step. As many of them as may run at once are offered; the others queue, so that neither ten thousand
 * elements nor their limit are looked at whenever one of them ends.
 */
export class FanOut {
  readonly #limit: number
  /** In order of their places. */
  readonly #elements: string[] = []
  readonly #queue = new Set<string>()
  /** Offered or running. */
  readonly #active = new Set<string>()
  /** Neither settled nor at rest in `error`. */
  readonly #open = new Set<string>()
  readonly #failed = new Set<string>()

  constructor(concurrency = Number.POSITIVE_INFINITY) {
    this.#limit = Math.min(concurrency, mostOffered)
  }

  get elements(): readonly string[] {
    return this.#elements
  }

  /** Elements that are neither settled nor at rest in `error`. */
  get open(): ReadonlySet<string> {
    return this.#open
  }

  /** Elements at rest in `error`. */
  get failed(): ReadonlySet<string> {
    return this.#failed
  }

  add(name: string): void {
    this.#elements.push(name)
  }

  /** Takes note of the state that an element has now. */
  place(step: StepRecord): void {
    this.#queue.delete(step.name)
    this.#active.delete(step.name)
    this.#open.delete(step.name)
    this.#failed.delete(step.name)
    if (step.state === 'error') this.#failed.add(step.name)
    if (step.state !== 'pending' && step.state !== 'in_progress') return
    this.#open.add(step.name)
    if (step.state === 'in_progress') this.#active.add(step.name)
  }

  /** An element may run, as soon as there is room. */
  enqueue(name: string): void {
    this.#queue.add(name)
  }

  /** Takes from the queue what there is room for. */
  offer(): readonly string[] {
    const offered: string[] = []
    for (const name of this.#queue) {
      if (this.#active.size >= this.#limit) break
      this.#queue.delete(name)
      this.#active.add(name)
      offered.push(name)
    }
    return offered
  }
}
