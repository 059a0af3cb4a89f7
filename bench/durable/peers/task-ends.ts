import { randomUUID } from 'node:crypto'

/** Notices in memory that all steps of a task have ended, for engines that know steps only. */
export class TaskEnds {
  readonly #stepsPerTask: number
  readonly #onEnd: () => void
  readonly #left = new Map<string, number>()
  readonly #waiting = new Map<string, () => void>()

  constructor(stepsPerTask: number, onEnd: () => void) {
    this.#stepsPerTask = stepsPerTask
    this.#onEnd = onEnd
  }

  newTask(): string {
    const task = randomUUID()
    this.#left.set(task, this.#stepsPerTask)
    return task
  }

  stepEnded(task: string): void {
    const left = this.#left.get(task)! - 1
    this.#left.set(task, left)
    if (left > 0) return
    this.#left.delete(task)
    this.#onEnd()
    this.#waiting.get(task)?.()
    this.#waiting.delete(task)
  }

  wait(task: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(task, resolve))
  }
}
