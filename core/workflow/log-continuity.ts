import { LogGapError } from '../errors/log-errors.js'
import type { LogEntry } from './log-entry.js'

/** Most tasks whose numbers are remembered: some 100 bytes for each. */
const mostTasks = 50_000

/**
 * Checks, for a reader of the log, that the entries of each task follow one another by the task's own numbers: 1, 2, 3 …
 *
 * A reader that began in the middle takes the first number that it sees of a task; one that began at the beginning expects 1.
 */
export class LogContinuity {
  readonly #last = new Map<string, number>()
  #isWhole: boolean

  /** @param fromBeginning whether the first entry of the log is the first that is checked */
  constructor(fromBeginning: boolean) {
    this.#isWhole = fromBeginning
  }

  /** @throws LogGapError */
  check({ id, taskId, entry }: LogEntry): void {
    if (taskId === null) return
    const last = this.#last.get(taskId)
    const expected = last === undefined ? (this.#isWhole ? 1 : entry) : last + 1
    if (entry === null || entry !== expected) throw new LogGapError(taskId, { id, entry, expected: expected ?? 1 })
    this.#remember(taskId, entry)
  }

  /** The task that was heard of least recently is forgotten first; from then on, one that is not here may have been forgotten. */
  #remember(taskId: string, entry: number): void {
    this.#last.delete(taskId)
    this.#last.set(taskId, entry)
    if (this.#last.size <= mostTasks) return
    this.#last.delete(this.#last.keys().next().value!)
    this.#isWhole = false
  }
}
