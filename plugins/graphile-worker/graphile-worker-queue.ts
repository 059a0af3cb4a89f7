import { setTimeout as sleep } from 'node:timers/promises'
import type { HealthFinding, Queue, Transaction, WakeListener, WakeUp } from '../../core/index.js'
import { addJobs, worthAJob } from './add-jobs.js'
import type { EngineContext, GraphileWorkerQueueOptions, Sleeper } from './engine-context.js'
import { EngineRun } from './engine-run.js'
import { prepareTables, queueSchemaOf } from './queue-tables.js'

const firstRetryMs = 100
const longestRetryMs = 2_000
const stopTimeoutMs = 2_000

/**
 * Wake-ups as jobs of graphile-worker: added in the transaction that asks for them, taken by one of the processes that work, and
 * done when its claim has returned. A job holds nothing, so that one that is lost with its process costs a look at the table.
 */
export class GraphileWorkerQueue implements Queue {
  readonly name = 'graphile-worker'
  readonly isTransactional = true
  readonly #context: EngineContext
  #run: Promise<void> | undefined
  #stop = new AbortController()
  /** Why it does not run although it should. */
  #failure: unknown

  constructor(options: GraphileWorkerQueueOptions) {
    this.#context = { ...options, schema: queueSchemaOf(options.database.schema) }
  }

  async open(): Promise<void> {
    await prepareTables(this.#context)
  }

  async wake(transaction: Transaction | undefined, wakeUps: readonly WakeUp[]): Promise<void> {
    const chosen = worthAJob(wakeUps, Date.now())
    if (chosen.length === 0) return
    const { sql, values } = addJobs(this.#context.schema, chosen)
    await (transaction ?? this.#context.database).query(sql, values)
  }

  async start(listener: WakeListener, kinds: () => readonly string[]): Promise<void> {
    if (this.#run) return
    this.#stop = new AbortController()
    const hasBegun = Promise.withResolvers<void>()
    this.#run = this.#keepRunning({ listener, kinds }, hasBegun.resolve)
    await hasBegun.promise
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    // What waits for an answer of the database ends when that comes, or does not.
    await Promise.race([this.#run, sleep(stopTimeoutMs, undefined, { ref: false })])
    this.#run = undefined
  }

  /** Whether jobs are taken here; a process that does not work takes none. */
  health(): HealthFinding {
    const details = { queue: this.name, isRunning: this.#run !== undefined }
    if (this.#failure === undefined) return { isHealthy: true, details }
    const why = this.#failure instanceof Error ? this.#failure.message : String(this.#failure)
    return { isHealthy: false, message: `no wake-ups arrive, tasks are found by looking: ${why}`, details }
  }

  /** One run after the other until it is stopped: each lasts until something of it fails. */
  async #keepRunning(sleeper: Sleeper, onFirst: () => void): Promise<void> {
    const { signal } = this.#stop
    for (let retryMs = firstRetryMs; !signal.aborted; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
      try {
        const run = await EngineRun.start(this.#context, sleeper)
        this.#recovered()
        onFirst()
        retryMs = firstRetryMs
        const failure = await this.#untilOver(run, signal)
        if (!signal.aborted) this.#failed(failure)
      } catch (error) {
        this.#failed(error)
      }
      // Its worker goes on without it.
      onFirst()
      // Less by chance, so that the processes of a fleet do not all come at once.
      await sleep(retryMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
    }
  }

  async #untilOver(run: EngineRun, signal: AbortSignal): Promise<unknown> {
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
      if (signal.aborted) resolve()
    })
    const failure = await Promise.race([run.ended, stopped])
    await run.end()
    return failure
  }

  #failed(error: unknown): void {
    if (this.#failure === undefined)
      this.#context.log.warn(
        { err: error },
        'the queue pauses, and goes on by itself; tasks are found by looking meanwhile',
      )
    this.#failure = error ?? 'the engine ended by itself'
  }

  #recovered(): void {
    if (this.#failure !== undefined) this.#context.log.info('the queue goes on')
    this.#failure = undefined
  }
}
