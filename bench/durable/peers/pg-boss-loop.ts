import type { Job, PgBoss } from 'pg-boss'
import type { StepJob } from './hand-made-graph.ts'

/**
 * Fetches jobs of a queue in batches, and asks again as soon as there may be more, some loops side by side. An idle loop
 * waits to be told of a new job: pg-boss itself would look every half a second.
 */
export class PgBossLoop {
  readonly #boss: PgBoss
  readonly #queue: string
  readonly #batchSize: number
  readonly #run: (jobs: readonly Job<StepJob>[]) => Promise<void>
  readonly #loops: Promise<void>[]
  #isStopped = false
  #wake = Promise.withResolvers<void>()

  constructor(
    boss: PgBoss,
    queue: string,
    { loops, batchSize }: { readonly loops: number; readonly batchSize: number },
    run: (jobs: readonly Job<StepJob>[]) => Promise<void>,
  ) {
    this.#boss = boss
    this.#queue = queue
    this.#batchSize = batchSize
    this.#run = run
    this.#loops = Array.from({ length: loops }, () => this.#loop())
  }

  /** Tells that there are new jobs. */
  wake(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers<void>()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.wake()
    await Promise.all(this.#loops)
  }

  async #loop(): Promise<void> {
    while (!this.#isStopped) {
      // Taken before the look, so that a job added during it is not missed.
      const { promise } = this.#wake
      const jobs = await this.#boss.fetch<StepJob>(this.#queue, { batchSize: this.#batchSize })
      if (jobs.length === 0) await promise
      else await this.#run(jobs)
    }
  }
}
