/**
 * Durable subscribers: how fast a log is replayed to one, beside reading it and doing nothing, and how soon a fresh event is delivered,
 * in the process that wrote it and in another one.
 *
 *     npm run bench:subscriptions -- [--url postgres://…] [--events 100000] [--fresh 300] [--json]
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createTasker, type DefinedSubscriber, defineSubscriber, defineTask, type Tasker } from '../core/index.js'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    events: { type: 'string', default: '100000' },
    fresh: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
    /** The process that writes while another one delivers. */
    write: { type: 'string' },
  },
})
const wanted = Number(values.events)
const freshTasks = Number(values.fresh)

const chain = defineTask({ name: 'chain' })
  .step('a', async () => ({ ok: true }))
  .step('b', { dependsOn: ['a'] }, async () => ({ ok: true }))
  .step('c', { dependsOn: ['b'] }, async () => ({ ok: true }))
  .step('d', { dependsOn: ['c'] }, async () => ({ ok: true }))

function open(schema: string, subscribers: DefinedSubscriber[] = []): Promise<Tasker> {
  return createTasker({
    discovery: { packages: false },
    handlers: [chain],
    subscribers,
    logging: { level: 'error' },
    database: values.url === undefined ? { path: ':memory:' } : { url: values.url, schema },
  })
}

/** The time of day with fractions of a millisecond, which two processes of a machine share. */
const now = () => performance.timeOrigin + performance.now()

function quantile(sorted: readonly number[], share: number): number {
  return Number((sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2))
}

/** Fills the log, and gives how many events it has. */
async function fill(tasker: Tasker): Promise<number> {
  let events = 0
  for (let before = -1; events < wanted && events > before; ) {
    before = events
    const tasks = await tasker.tasks.createMany(
      chain,
      Array.from({ length: 1000 }, () => ({})),
    )
    await Promise.all(tasks.map((task) => tasker.tasks.wait(task)))
    events += tasks.length * eventsPerTask
  }
  return events
}
/** Creation of the task and its steps, start, four steps admitted and completed, end. */
const eventsPerTask = 1 + 4 + 1 + 2 * 4 + 1

async function replay(
  tasker: Tasker,
  options: object,
): Promise<{ readonly events: number; readonly perSecond: number }> {
  let events = 0
  const name = `replayed_${randomBytes(3).toString('hex')}`
  const startedAt = performance.now()
  tasker.subscribers.register(
    defineSubscriber({
      name,
      durable: true,
      from: 'beginning',
      ...options,
      on: {
        '*': async () => {
          events += 1
        },
      },
    }),
  )
  while ((await tasker.subscriptions.get(name)) === undefined) await new Promise((resolve) => setTimeout(resolve, 1))
  await tasker.subscriptions.caughtUp(name, { timeoutMs: 300_000 })
  const seconds = (performance.now() - startedAt) / 1000
  tasker.subscribers.unregister(name)
  return { events, perSecond: Math.round(events / seconds) }
}

async function readOnly(tasker: Tasker): Promise<number> {
  let events = 0
  const startedAt = performance.now()
  for await (const _ of tasker.log.tail()) events += 1
  return Math.round((1000 * events) / (performance.now() - startedAt))
}

/** Delays in milliseconds between the end of a task, as its process is told of it, and its delivery. */
async function freshHere(schema: string): Promise<readonly number[]> {
  const ended = new Map<string, number>()
  const delivered = new Map<string, number>()
  const tasker = await open(schema, [latencyOf((taskId) => delivered.set(taskId, now()))])
  tasker.events.on('task.completed', ({ taskId }) => void ended.set(taskId!, now()))
  await tasker.start()
  for (let count = 0; count < freshTasks; count++) await tasker.tasks.wait(await tasker.tasks.create(chain, {}))
  await tasker.subscriptions.caughtUp()
  await tasker.stop()
  return [...ended].map(([taskId, at]) => delivered.get(taskId)! - at).sort((one, other) => one - other)
}

async function freshElsewhere(schema: string): Promise<readonly number[]> {
  const delivered = new Map<string, number>()
  const tasker = await open(schema, [latencyOf((taskId) => delivered.set(taskId, now()))])
  await tasker.start()
  const child = fork(fileURLToPath(import.meta.url), ['--url', values.url!, '--write', schema, '--fresh', values.fresh])
  const [ended] = (await once(child, 'message')) as [readonly (readonly [string, number])[]]
  await tasker.subscriptions.caughtUp()
  await tasker.stop()
  // The first ones are before the writer knew that somebody delivers.
  return ended
    .slice(20)
    .map(([taskId, at]) => delivered.get(taskId)! - at)
    .sort((one, other) => one - other)
}

function latencyOf(delivered: (taskId: string) => void): DefinedSubscriber {
  return defineSubscriber({
    name: 'fresh',
    durable: true,
    on: { 'task.completed': ({ taskId }) => delivered(taskId!) },
  })
}

/** Runs tasks in a worker that has no subscriber, and says when each ended. */
async function write(schema: string): Promise<void> {
  const tasker = await open(schema)
  const ended: [string, number][] = []
  tasker.events.on('task.completed', ({ taskId }) => void ended.push([taskId!, now()]))
  await tasker.start()
  for (let count = 0; count < freshTasks + 20; count++) await tasker.tasks.wait(await tasker.tasks.create(chain, {}))
  process.send!(ended)
  await tasker.stop()
  process.disconnect()
}

async function measure() {
  const schema = `bench_subscriptions_${randomBytes(4).toString('hex')}`
  const tasker = await open(schema)
  await tasker.start()
  await fill(tasker)
  const reading = await readOnly(tasker)
  const plain = await replay(tasker, {})
  const transactional = await replay(tasker, { transactional: true })
  await tasker.stop()
  const here = await freshHere(`${schema}_here`)
  const elsewhere = values.url === undefined ? undefined : await freshElsewhere(`${schema}_other`)
  return {
    database: values.url === undefined ? 'embedded' : 'postgresql',
    events: plain.events,
    readingPerSecond: reading,
    replayPerSecond: plain.perSecond,
    replayOfReading: Number((plain.perSecond / reading).toFixed(2)),
    transactionalPerSecond: transactional.perSecond,
    freshHereMs: { p50: quantile(here, 0.5), p95: quantile(here, 0.95) },
    ...(elsewhere === undefined
      ? {}
      : { freshElsewhereMs: { p50: quantile(elsewhere, 0.5), p95: quantile(elsewhere, 0.95) } }),
  }
}

if (values.write === undefined) {
  const result = await measure()
  process.stdout.write(`${JSON.stringify(result, undefined, values.json ? undefined : 2)}\n`)
} else await write(values.write)
