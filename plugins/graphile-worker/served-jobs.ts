import type { TaskList } from 'graphile-worker'
import { jobIdentifierOf } from './add-jobs.js'

/** graphile-worker refuses to look for nothing: of this there are never any. */
const noJobs = 'tasker: none'

/** The jobs that this process takes, as graphile-worker looks them up at each of its looks: those for what its worker serves. */
export class ServedJobs {
  /** By identifier; what stands in it changes. */
  readonly taskList: TaskList = {}
  readonly #kinds: () => readonly string[]
  readonly #take: () => Promise<void>

  constructor(kinds: () => readonly string[], take: () => Promise<void>) {
    this.#kinds = kinds
    this.#take = take
    this.refresh()
  }

  get identifiers(): readonly string[] {
    return Object.keys(this.taskList)
  }

  /** Has it take those that are served now. */
  refresh(): void {
    const served = new Set([noJobs, ...this.#kinds().map(jobIdentifierOf)])
    for (const identifier of this.identifiers) if (!served.has(identifier)) delete this.taskList[identifier]
    for (const identifier of served) this.taskList[identifier] ??= this.#take
  }
}
