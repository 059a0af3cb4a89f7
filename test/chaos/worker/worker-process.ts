import './jumping-time.js'
import { createInterface } from 'node:readline'
import { createTasker, isTaskerError, type Tasker } from '../../../core/index.js'
import { defineShapes } from '../plan/shapes.js'
import { LineWriter } from './call-record.js'
import { durableWitnesses } from './durable-witnesses.js'
import { moveTimeOfDay } from './jumping-time.js'
import { noticeStarvation } from './notice-starvation.js'
import { playStep } from './play-step.js'
import { NOT_STARTED, type WorkerOrder, type WorkerSettings } from './worker-settings.js'

/**
 * A worker for runs that break it: `node worker-process.js SETTINGS`. It runs what there is until it is told to stop, and says
 * what happens by lines in a file of its own. It never ends by itself: whatever the fault, that would be a defect.
 */
const settings = JSON.parse(process.argv[2]!) as WorkerSettings
const lines = new LineWriter(settings.linesPath)
const shapes = defineShapes((context) => playStep(context, lines))

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    lines.write({ kind: 'broken', problem: `${event}: ${error instanceof Error ? error.stack : String(error)}` })
    process.exit(70)
  })
}

const orders = createInterface({ input: process.stdin })
// Those that come before it has started wait for it.
const starting = Promise.withResolvers<Tasker>()
orders.on('line', async (line) => obey(await starting.promise, JSON.parse(line) as WorkerOrder))
noticeStarvation(settings.starvedAfterMs, lines)
// Whoever started it is gone.
orders.on('close', () => process.exit(71))

try {
  starting.resolve(await start())
} catch (error) {
  // Nobody works yet: whoever supervises a worker starts it again.
  if (codeOf(error) === 'DATABASE_UNAVAILABLE') process.exit(NOT_STARTED)
  throw error
}

async function start(): Promise<Tasker> {
  const tasker = await createTasker(
    {
      database: settings.database,
      handlers: [...shapes.values()],
      ...durableWitnesses(lines),
      logging: { level: 'info', destination: settings.logPath },
      discovery: { packages: false, disable: ['logging'] },
      execution: settings.execution,
    },
    { cwd: settings.folder },
  )
  tasker.events.on('workflow.task_state_unclear', ({ taskId, payload: { finding, action } }) => {
    lines.write({ kind: 'unclear', taskId: taskId!, finding, action })
  })
  lines.write({ kind: 'made', workerId: tasker.workerId })
  await tasker.start()
  lines.write({ kind: 'started', pid: process.pid })
  return tasker
}

async function obey(tasker: Tasker, given: WorkerOrder): Promise<void> {
  switch (given.order) {
    case 'create':
      return create(tasker, given.task)
    case 'health': {
      const { isHealthy, checks } = await tasker.health.check()
      const unhealthy = Object.entries(checks).filter(([, finding]) => !finding.isHealthy)
      lines.write({
        kind: 'health',
        isHealthy,
        problems: unhealthy.map(([name, { message }]) => `${name}: ${message}`),
      })
      return
    }
    case 'clock':
      moveTimeOfDay(given.offsetMs)
      return
    case 'catch up':
      return catchUp(tasker, given.id)
    case 'flood':
      return flood(tasker, given.id, given.reads)
    case 'stop':
      await tasker.stop()
      lines.write({ kind: 'stopped' })
      process.exit(0)
  }
}

async function create(tasker: Tasker, { key, shape, context }: Extract<WorkerOrder, { order: 'create' }>['task']) {
  try {
    const { id } = await tasker.tasks.create(shapes.get(shape)!, { context, reason: key })
    lines.write({ kind: 'created', key, taskId: id })
  } catch (error) {
    lines.write({ kind: 'not created', key, code: codeOf(error), error: String(error) })
  }
}

async function flood(tasker: Tasker, id: number, reads: number): Promise<void> {
  const answers = await Promise.allSettled(
    Array.from({ length: reads }, (_, index) =>
      index % 2 ? tasker.tasks.list({}, { limit: 50 }) : tasker.tasks.count(),
    ),
  )
  const failed = answers.find((answer) => answer.status === 'rejected')
  const refusal = failed ? { code: codeOf(failed.reason), error: String(failed.reason) } : {}
  lines.write({ kind: 'answer', to: id, ok: !failed, ...refusal })
}

async function catchUp(tasker: Tasker, id: number): Promise<void> {
  try {
    await tasker.subscriptions.caughtUp(undefined, { timeoutMs: 20_000 })
    lines.write({ kind: 'answer', to: id, ok: true })
  } catch (error) {
    lines.write({ kind: 'answer', to: id, ok: false, code: codeOf(error), error: String(error) })
  }
}

function codeOf(error: unknown): string {
  return isTaskerError(error) ? error.code : ''
}
