import pg from 'pg'
import { PgBoss } from 'pg-boss'
import type { Engine, EngineSettings } from '../engine.js'
import type { StepOutput } from '../shapes.js'
import { byTaskIds } from './by-task-ids.ts'
import { HandMadeGraph } from './hand-made-graph.ts'
import { PgBossLoop } from './pg-boss-loop.ts'
import { TaskEnds } from './task-ends.ts'

const queue = 'steps'
const mostJobsPerCall = 1000

/** Starts pg-boss without what is not measured: no maintenance, no schedules. */
export async function startPgBoss({ url, connections, isFresh }: EngineSettings): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: url, max: connections, supervise: false, schedule: false })
  boss.on('error', () => {})
  await boss.start()
  if (isFresh) await boss.createQueue(queue)
  return boss
}

export async function dropPgBoss(pool: pg.Pool): Promise<void> {
  await pool.query('drop schema if exists pgboss cascade')
}

/** pg-boss with chains made by hand: batches are fetched, the jobs that follow are inserted, and the batch is completed. */
export const engine: Engine = {
  async open(settings, watch) {
    const { url, shape, connections, isFresh, tuning } = settings
    const pool = new pg.Pool({ connectionString: url, max: connections })
    const graph = new HandMadeGraph(shape)
    if (isFresh) {
      await dropPgBoss(pool)
      await graph.createTables(pool)
    }
    const boss = await startPgBoss(settings)
    const ends = new TaskEnds(shape.steps.length, watch.taskEnded)
    const sizes = { loops: Number(tuning.loops ?? 4), batchSize: Number(tuning.batch ?? 1000) }
    const loop = new PgBossLoop(boss, queue, sizes, async (jobs) => {
      const finished = jobs.map(({ data: { task, step } }) => {
        watch.stepRan()
        const output: StepOutput = { ok: true, step }
        return { task, output }
      })
      const next = await graph.follow(pool, finished)
      if (next.length > 0)
        await boss.insert(
          queue,
          next.map((data) => ({ data })),
        )
      loop.wake()
      await boss.complete(
        queue,
        jobs.map((job) => job.id),
      )
      for (const { data } of jobs) ends.stepEnded(data.task)
    })
    const create = async (tasks: readonly string[]) => {
      await graph.created(pool, tasks)
      await boss.insert(
        queue,
        tasks.flatMap((task) => graph.roots.map((step) => ({ data: { task, step } }))),
      )
      loop.wake()
    }
    return {
      ...byTaskIds(ends, { create, tasksPerCall: mostJobsPerCall }),
      async close() {
        await loop.stop()
        await boss.stop({ graceful: false })
        await pool.end()
      },
    }
  },
}
