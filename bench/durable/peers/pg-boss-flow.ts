import pg from 'pg'
import type { FlowJob } from 'pg-boss'
import type { Engine } from '../engine.js'
import type { Shape, StepOutput } from '../shapes.js'
import { Batches } from './batches.ts'
import { byTaskIds } from './by-task-ids.ts'
import { dropPgBoss, startPgBoss } from './pg-boss.ts'
import { PgBossLoop } from './pg-boss-loop.ts'
import { TaskEnds } from './task-ends.ts'

const queue = 'steps'
const mostJobsPerCall = 1000

/**
 * pg-boss with its own flows: all jobs of a task are stored with their dependencies, and those whose parents have completed are
 * freed by a pass over the table. pg-boss makes that pass every 5 seconds; here it is asked for after each batch.
 */
export const engine: Engine = {
  async open(settings, watch) {
    const { url, shape, isFresh, tuning } = settings
    if (isFresh) {
      const pool = new pg.Pool({ connectionString: url, max: 1 })
      await dropPgBoss(pool)
      await pool.end()
    }
    const boss = await startPgBoss(settings)
    const ends = new TaskEnds(shape.steps.length, watch.taskEnded)
    const freeing = new Batches(() => boss.resolveFlow())
    const sizes = { loops: Number(tuning.loops ?? 4), batchSize: Number(tuning.batch ?? 1000) }
    const loop = new PgBossLoop(boss, queue, sizes, async (jobs) => {
      const outputs = jobs.map(({ data: { step } }): StepOutput => {
        watch.stepRan()
        return { ok: true, step }
      })
      // One output for the batch is all that a completion of many takes.
      await boss.complete(
        queue,
        jobs.map((job) => job.id),
        outputs[0],
      )
      await freeing.add(undefined)
      loop.wake()
      for (const { data } of jobs) ends.stepEnded(data.task)
    })
    const create = async (tasks: readonly string[]) => {
      await boss.flow(tasks.flatMap((task) => flowOf(shape, task)))
      loop.wake()
    }
    const tasksPerCall = Math.max(1, Math.floor(mostJobsPerCall / shape.steps.length))
    return {
      ...byTaskIds(ends, { create, tasksPerCall }),
      async close() {
        await loop.stop()
        await boss.stop({ graceful: false })
      },
    }
  },
}

function flowOf(shape: Shape, task: string): FlowJob[] {
  const refOf = (step: string) => `${task}/${step}`
  return shape.steps.map(({ name, dependsOn }) => ({
    ref: refOf(name),
    name: queue,
    data: { task, step: name },
    dependsOn: dependsOn.map(refOf),
  }))
}
