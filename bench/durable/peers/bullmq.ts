import { type FlowJob, FlowProducer, Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Engine } from '../engine.js'
import type { Shape, StepOutput } from '../shapes.js'
import { byTaskIds } from './by-task-ids.ts'
import { TaskEnds } from './task-ends.ts'

const queueName = 'steps'
const mostFlowsPerCall = 250

interface BullJob {
  readonly task: string
  readonly step: string
}

/**
 * BullMQ with flows. A flow is a tree whose children run before their parent, so a step that leads to several cannot be in it:
 * where the root of the shape does, it is a job that adds the flow of all the others.
 */
export const engine: Engine = {
  async open({ redis, shape, isFresh, tuning }, watch) {
    if (redis === undefined) throw new Error('BullMQ needs Redis; give --redis')
    const connect = () => new Redis(redis, { maxRetriesPerRequest: null })
    const connections = [connect(), connect(), connect()] as const
    const prefix = 'tasker-bench'
    const queue = new Queue<BullJob>(queueName, { connection: connections[0], prefix })
    if (isFresh) await queue.obliterate({ force: true })
    const flows = new FlowProducer({ connection: connections[1], prefix })
    const ends = new TaskEnds(shape.steps.length, watch.taskEnded)
    const plan = planOf(shape)
    const worker = new Worker<BullJob, StepOutput>(
      queueName,
      async ({ data: { task, step } }) => {
        watch.stepRan()
        if (step === plan.first) await flows.add(treeOf(shape, plan.last, task, plan.first))
        return { ok: true, step }
      },
      { connection: connections[2], prefix, concurrency: Number(tuning.concurrency ?? 200) },
    )
    worker.on('completed', (job) => ends.stepEnded(job.data.task))
    worker.on('error', () => {})
    const create = async (tasks: readonly string[]) => {
      const { first, last } = plan
      if (first === undefined) await flows.addBulk(tasks.map((task) => treeOf(shape, last, task)))
      else await queue.addBulk(tasks.map((task) => ({ name: first, data: { task, step: first } })))
    }
    return {
      ...byTaskIds(ends, { create, tasksPerCall: mostFlowsPerCall }),
      async close() {
        await worker.close()
        await flows.close()
        await queue.obliterate({ force: true })
        await queue.close()
        for (const connection of connections) connection.disconnect()
      },
    }
  },
}

interface TreePlan {
  /** The root that is a job of its own, if it leads to several steps. */
  readonly first: string | undefined
  readonly last: string
}

/** @throws if the shape is no tree, even without its root */
function planOf(shape: Shape): TreePlan {
  const childCount = new Map(shape.steps.map((step) => [step.name, 0]))
  for (const { dependsOn } of shape.steps) {
    for (const parent of dependsOn) childCount.set(parent, childCount.get(parent)! + 1)
  }
  const splits = shape.steps.filter((step) => childCount.get(step.name)! > 1)
  const lasts = shape.steps.filter((step) => childCount.get(step.name) === 0)
  const [root] = shape.steps
  const isTree = splits.length === 0 || (splits.length === 1 && splits[0] === root)
  if (!isTree || lasts.length !== 1) throw new Error(`${shape.name} is no tree, and a flow of BullMQ is one`)
  return { first: splits[0]?.name, last: lasts[0]!.name }
}

function treeOf(shape: Shape, step: string, task: string, without?: string): FlowJob {
  const { dependsOn } = shape.steps.find((one) => one.name === step)!
  const parents = dependsOn.filter((name) => name !== without)
  const children = parents.map((name) => treeOf(shape, name, task, without))
  return { name: step, queueName, data: { task, step }, ...(children.length === 0 ? {} : { children }) }
}
