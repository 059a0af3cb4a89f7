import type { Clock } from '../../contracts/clock.js'
import type { IdSource } from '../../contracts/id-source.js'
import type { LogUpkeepStore } from '../../contracts/log-upkeep.js'
import type {
  RetentionApi,
  RetentionOptions,
  RetentionPlan,
  RetentionResult,
  RetentionRunOptions,
} from '../../contracts/retention.js'
import { RetentionNotSetError } from '../../errors/log-errors.js'
import { RetentionRun } from './retention-run.js'

export interface RetentionSettings {
  readonly finishedTasksMs?: number
  readonly batchSize: number
}

/** `tasker.retention` */
export class RetentionService implements RetentionApi {
  readonly #store: LogUpkeepStore
  readonly #clock: Pick<Clock, 'now'>
  readonly #ids: IdSource
  readonly #settings: RetentionSettings

  constructor(store: LogUpkeepStore, clock: Pick<Clock, 'now'>, ids: IdSource, settings: RetentionSettings) {
    this.#store = store
    this.#clock = clock
    this.#ids = ids
    this.#settings = settings
  }

  async run(options: RetentionRunOptions = {}): Promise<RetentionResult> {
    const finishedTasksMs = this.#require(options)
    const { batchSize } = this.#settings
    const parts = { store: this.#store, clock: this.#clock, holder: this.#ids.next(), finishedTasksMs, batchSize }
    return new RetentionRun(parts, options).run()
  }

  async plan(options: RetentionOptions = {}): Promise<RetentionPlan> {
    const finishedTasksMs = this.#require(options)
    const finishedBefore = new Date(this.#clock.now() - finishedTasksMs).toISOString()
    return this.#store.planRetention(finishedBefore, finishedTasksMs)
  }

  #require({ finishedTasksMs = this.#settings.finishedTasksMs }: RetentionOptions): number {
    if (finishedTasksMs === undefined) throw new RetentionNotSetError()
    return finishedTasksMs
  }
}
