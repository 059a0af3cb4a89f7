import type { WorkerPool } from 'graphile-worker'
import { Backlog } from './backlog.js'
import type { EngineContext, Sleeper } from './engine-context.js'
import { toEngineLogger } from './engine-logger.js'
import { EnginePool } from './engine-pool.js'
import { prepareTables } from './queue-tables.js'
import { ServedJobs } from './served-jobs.js'

/** How long graphile-worker may take to end by itself, in milliseconds; then its statements are answered without being run. */
const endTimeoutMs = 1_000
/** How often it is seen what the worker serves, in milliseconds. */
const refreshMs = 1_000

/**
 * One run of graphile-worker's own worker: from its start until it is ended or the first of its statements fails. It is never mended:
 * another one takes its place.
 */
export class EngineRun {
  readonly #pool: EnginePool
  readonly #jobs: ServedJobs
  readonly #backlog: Backlog
  readonly #refreshing: NodeJS.Timeout
  readonly #ended = Promise.withResolvers<unknown>()
  #engine: WorkerPool | undefined
  #stopListening: (() => void) | undefined
  #isEnding = false

  private constructor({ database, schema }: EngineContext, { listener, kinds }: Sleeper) {
    this.#pool = new EnginePool(database, (error) => this.#ended.resolve(error))
    this.#jobs = new ServedJobs(kinds, () => this.#take(listener))
    this.#backlog = new Backlog(database, schema, () => this.#jobs.identifiers)
    this.#refreshing = setInterval(() => this.#jobs.refresh(), refreshMs)
    this.#refreshing.unref()
  }

  /** Starts one; rejects where the database is away. */
  static async start(context: EngineContext, sleeper: Sleeper): Promise<EngineRun> {
    await prepareTables(context)
    await context.database.query(forgetDeadJobs(context.schema))
    const run = new EngineRun(context, sleeper)
    try {
      await run.#begin(context)
    } catch (error) {
      await run.end()
      throw error
    }
    return run
  }

  /** Resolves when it is over, with what ended it; undefined where it was ended from here. */
  get ended(): Promise<unknown> {
    return this.#ended.promise
  }

  /** Ends it: soon, whether or not the database answers. */
  async end(): Promise<void> {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#stopListening?.()
    this.#backlog.end()
    clearInterval(this.#refreshing)
    this.#ended.resolve(undefined)
    const timer = setTimeout(() => this.#pool.close(), endTimeoutMs)
    await Promise.resolve(this.#engine?.gracefulShutdown('the queue is stopped')).catch(() => undefined)
    clearTimeout(timer)
  }

  async #begin({ schema, log, pollIntervalMs, database }: EngineContext): Promise<void> {
    const { runTaskList } = await import('graphile-worker')
    const logger = await toEngineLogger(log, () => this.#isEnding)
    const worker = {
      // One claim after the other: what this process leaves meanwhile is for others that have room.
      concurrentJobs: 1,
      pollInterval: pollIntervalMs,
      // Due times are those of our clocks, as the claims that follow go by them.
      useNodeTime: true,
      // Nameless statements work through poolers, too.
      preparedStatements: false,
    }
    const options = { schema, logger, noHandleSignals: true, preset: { worker } }
    const engine = runTaskList(options, this.#jobs.taskList, this.#pool.asPool())
    this.#engine = engine
    const over = (error?: unknown): void => this.#ended.resolve(error)
    engine.promise.then(() => over(), over)
    const look = (): void => {
      if (!this.#isEnding) engine.nudge(1)
    }
    this.#stopListening = database.listen('jobs:insert', look, look).stop
  }

  /** A job that rejects would be kept as a failed one. What failed in the claim has been reported there. */
  async #take(listener: Sleeper['listener']): Promise<void> {
    this.#backlog.noteTaken()
    await Promise.race([listener().catch(() => undefined), this.#ended.promise])
  }
}

/** Jobs that were being worked on when their process died, which are not tried again, and those that nobody serves any more. */
function forgetDeadJobs(schema: string): string {
  return `select count(*) from "${schema}".complete_jobs(array(
    select id from "${schema}".jobs
    where (attempts >= max_attempts and (locked_at is null or locked_at < now() - interval '4 hours'))
      or (locked_at is null and run_at < now() - interval '1 day')))`
}
