import { createTasker, type DefinedTask, defineTask, type TaskerConfigInput } from '../../../core/index.js'
import type { EngineSettings, EngineWatch, OpenEngine } from '../engine.js'
import type { Shape, StepOutput } from '../shapes.js'

/** What a task is created with. */
const context = { order: 4711 }

/** The shape as a task of Tasker, its steps named when this runs instead of in a chain of calls. */
function taskOf(shape: Shape, stepRan: () => void): DefinedTask {
  let task = defineTask({ namespace: 'bench', name: shape.name })
  for (const { name, dependsOn } of shape.steps) {
    const handler = async (): Promise<StepOutput> => {
      stepRan()
      return { ok: true, step: name }
    }
    // Names are known only here, so the chain cannot infer them: each link has the type of the first.
    task = task.step(name, { dependsOn: dependsOn as never[] }, handler) as unknown as typeof task
  }
  return task
}

/** Tasker with its defaults: only the database is given, and its own log is silent. */
export async function openTasker(
  database: NonNullable<TaskerConfigInput['database']>,
  { shape, runs }: Pick<EngineSettings, 'shape' | 'runs'>,
  watch: EngineWatch,
): Promise<OpenEngine> {
  const task = taskOf(shape, watch.stepRan)
  const tasker = await createTasker({ database, handlers: [task], logging: { level: 'silent' } })
  tasker.events.on('task.completed', () => watch.taskEnded())
  if (runs) await tasker.start()
  return {
    async createMany(count) {
      await tasker.tasks.createMany(
        task,
        Array.from({ length: count }, () => ({ context })),
      )
    },
    async runOne() {
      const { state } = await tasker.tasks.wait(await tasker.tasks.create(task, { context }))
      if (state !== 'complete') throw new Error(`A task ended as ${state}`)
    },
    close: () => tasker.stop(),
  }
}
