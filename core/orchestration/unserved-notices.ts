import type { Logger } from '../contracts/logger.js'
import type { ClaimedTask } from '../contracts/store.js'
import { fullNameOf } from './lifecycle-publisher.js'

/** Says in the log which tasks no live worker serves, once for each kind of task and each reason. */
export class UnservedNotices {
  readonly #log: Logger
  readonly #told = new Set<string>()

  constructor(log: Logger) {
    this.#log = log
  }

  tell({ task, unserved }: ClaimedTask): void {
    const kind = fullNameOf(task)
    const notice = `${kind} ${unserved}`
    if (unserved === undefined || unserved === 'limit' || this.#told.has(notice)) return
    this.#told.add(notice)
    const why = unserved === 'no_handler' ? 'has its handlers' : `serves the namespace ${task.namespace}`
    this.#log.warn({ kind, parked: unserved }, `tasks of ${kind} wait, because no live worker ${why}`)
  }

  /** Handlers have come or gone: what is told from now on is new. */
  forget(): void {
    this.#told.clear()
  }
}
