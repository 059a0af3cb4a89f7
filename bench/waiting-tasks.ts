/**
 * What tasks cost a worker that wait for a time: for their beginning, and for the next attempt of a step that failed.
 *
 *   node dist/bench/waiting-tasks.js                                                       on an embedded database in memory
 *   node dist/bench/waiting-tasks.js --url postgres://user:password@127.0.0.1:5432/scratch   in a schema of its own of a server
 *
 * The heap is that of the thread that the worker runs in, after all garbage is collected; the embedded database has a thread of its own.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTasker, defineTask, type Tasker } from '../core/index.js'
import { dropSchema } from './durable/sql.js'

const TASKS = 10_000
/** So many times as many are added; the first time warms up, and the median of the others counts. */
const ROUNDS = 4
const AN_HOUR_MS = 3_600_000
const SCHEMA = `bench_waiting_${process.pid}`

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const later = defineTask({ namespace: 'bench', name: 'later' }).step('only', async () => null)
const again = defineTask({ namespace: 'bench', name: 'again' })
  .step('done', async () => ({ ok: true }))
  .step('fails', { dependsOn: ['done'], retry: { backoffMs: [AN_HOUR_MS], maxBackoffMs: AN_HOUR_MS } }, async () => {
    throw new Error('not now')
  })

/** Creates tasks and waits until nothing of them is left to do for an hour. */
type Prepare = (tasker: Tasker, count: number) => Promise<void>

async function createLater(tasker: Tasker, count: number): Promise<void> {
  const runAt = new Date(Date.now() + AN_HOUR_MS)
  await tasker.tasks.createMany(
    later,
    Array.from({ length: count }, () => ({ runAt })),
  )
}

async function createAgain(tasker: Tasker, count: number): Promise<void> {
  let waiting = 0
  const allWait = Promise.withResolvers<void>()
  const off = tasker.events.on('observability.task.handle', () => {
    waiting += 1
    if (waiting === count) allWait.resolve()
  })
  await tasker.tasks.createMany(
    again,
    Array.from({ length: count }, () => ({})),
  )
  await allWait.promise
  off()
}

/** By how much the heap grows with each so many tasks, in kilobytes. */
async function measure(url: string | undefined, prepare: Prepare): Promise<readonly number[]> {
  await using tasker = await createTasker({
    database: url === undefined ? { path: ':memory:' } : { url, schema: SCHEMA },
    handlers: [later, again],
    logging: { level: 'silent' },
    discovery: { packages: false },
  })
  await tasker.start()
  const heaps: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await prepare(tasker, TASKS)
    heaps.push(await heapAtRest())
  }
  return heaps.slice(1).map((heap, index) => (heap - heaps[index]!) / 1024)
}

async function heapAtRest(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 10; round++) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    collectGarbage()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

async function main(option: string | undefined, url: string | undefined): Promise<void> {
  const where = option === '--url' ? url : undefined
  const kinds: readonly (readonly [string, Prepare])[] = [
    ['that begin later', createLater],
    ['that wait for another attempt', createAgain],
  ]
  for (const [name, prepare] of kinds) {
    const grown = await measure(where, prepare)
    if (where !== undefined) for (const schema of [SCHEMA, `${SCHEMA}_queue`]) await dropSchema(where, schema)
    const [middle] = grown.toSorted((one, other) => one - other).slice(Math.floor(grown.length / 2))
    const all = grown.map((kilobytes) => kilobytes.toFixed(0)).join(', ')
    process.stdout.write(`${TASKS} tasks ${name}: ${middle!.toFixed(0)} kB of heap (${all})\n`)
  }
}

await main(...(process.argv.slice(2) as [string?, string?]))
