import pg from 'pg'
import type { Engine } from '../engine.js'
import type { StepOutput } from '../shapes.js'
import { Batches } from './batches.ts'
import { byTaskIds } from './by-task-ids.ts'
import { type FinishedStep, HandMadeGraph, type StepJob } from './hand-made-graph.ts'
import { TaskEnds } from './task-ends.ts'

// Read when the library is loaded: a line for each job would cost more than the job.
process.env.NO_LOG_SUCCESS = '1'
const { Logger, makeWorkerUtils, run } = await import('graphile-worker')

const identifier = 'step'
const mostJobsPerCall = 1000

/**
 * graphile-worker with chains made by hand: each job adds those that follow it, many of them in one call of `addJobs`, and ends
 * when that call has returned. Local queue and batched completion as its guide on performance has them.
 */
export const engine: Engine = {
  async open({ url, shape, connections, isFresh, tuning }, watch) {
    const pool = new pg.Pool({ connectionString: url, max: connections })
    // The library warns where a lost connection would have no listener.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    const graph = new HandMadeGraph(shape)
    if (isFresh) {
      await pool.query('drop schema if exists graphile_worker cascade')
      await graph.createTables(pool)
    }
    const ends = new TaskEnds(shape.steps.length, watch.taskEnded)
    const concurrentJobs = Number(tuning.concurrency ?? 1000)
    const logger = new Logger(() => () => {})
    const queue = await makeWorkerUtils({ pgPool: pool, logger })
    await queue.migrate()
    const add = async (jobs: readonly StepJob[]) => {
      if (jobs.length > 0) await queue.addJobs(jobs.map((payload) => ({ identifier, payload })))
    }
    const followers = new Batches<FinishedStep>(async (finished) => add(await graph.follow(pool, finished)))
    const runStep = async (payload: unknown) => {
      const { task, step } = payload as StepJob
      watch.stepRan()
      const output: StepOutput = { ok: true, step }
      await followers.add({ task, output })
    }
    const runner = await run({
      pgPool: pool,
      noHandleSignals: true,
      logger,
      taskList: { [identifier]: runStep },
      preset: {
        worker: {
          concurrentJobs,
          localQueue: { size: Number(tuning.localQueue ?? concurrentJobs * 2) },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    })
    runner.events.on('job:success', ({ job }) => ends.stepEnded((job.payload as StepJob).task))
    const create = async (tasks: readonly string[]) => {
      await graph.created(pool, tasks)
      await add(tasks.flatMap((task) => graph.roots.map((step) => ({ task, step }))))
    }
    return {
      ...byTaskIds(ends, { create, tasksPerCall: mostJobsPerCall }),
      async close() {
        await runner.stop()
        await queue.release()
        await pool.end()
      },
    }
  },
}
