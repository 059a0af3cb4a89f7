/**
 * What shared limits achieve: many tasks at once, each with one HTTP call, against a local server that allows so many calls a second and
 * answers 429 with Retry-After beyond that.
 *
 *     npm run bench:limits -- [--url postgres://…] [--tasks 1000] [--rate 100] [--workers 2] [--way limit,retry-after,neither]
 *
 * Three ways: with the limit configured; without one, where only what the server asks for is shared; and with neither, where each step
 * heeds only what it was told itself.
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createTasker, defineTask, httpStep, type Tasker } from '../core/index.js'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    tasks: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '100' },
    workers: { type: 'string', default: '2' },
    way: { type: 'string', default: 'limit,retry-after,neither' },
    serve: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const taskCount = Number(values.tasks)
const perSecond = Number(values.rate)
const workerCount = values.url === undefined ? 1 : Number(values.workers)

/** What the server in a process of its own says: its port, and in the end what it did. */
interface ServerWord {
  readonly port?: number
  readonly allowed: number
  readonly refused: number
}

/** Counts what arrived in the last second, and refuses what is more than allowed, as strictly as a server can. */
function serve(): void {
  const counts = { allowed: 0, refused: 0 }
  const recent: number[] = []
  const server = createServer((_request, response) => {
    const now = performance.now()
    while (recent.length > 0 && recent[0]! <= now - 1000) recent.shift()
    if (recent.length >= perSecond) {
      counts.refused += 1
      response.writeHead(429, { 'retry-after': '1' }).end()
      return
    }
    recent.push(now)
    counts.allowed += 1
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port, ...counts }))
  process.on('message', () => process.send!(counts))
  process.on('disconnect', () => server.close().closeAllConnections())
}

async function startServer(): Promise<{ readonly port: number; stop(): Promise<ServerWord> }> {
  const child = fork(fileURLToPath(import.meta.url), ['--serve', '--rate', String(perSecond)])
  const [{ port }] = (await once(child, 'message')) as [ServerWord]
  const stop = async () => {
    child.send('how many')
    const [counts] = (await once(child, 'message')) as [ServerWord]
    child.disconnect()
    return counts
  }
  return { port: port!, stop }
}

const ways = {
  limit: { system: 'gateway', limits: { rate: { limit: perSecond, perMs: 1000 } } },
  'retry-after': { system: 'gateway', limits: {} },
  neither: { system: 'unknown', limits: undefined },
} as const

async function measure(way: keyof typeof ways) {
  const server = await startServer()
  const { system, limits } = ways[way]
  const task = defineTask({ name: 'call' }).step(
    'call',
    { dependentSystem: system, retry: { limit: 1000 } },
    httpStep({ url: `http://127.0.0.1:${server.port}/` }),
  )
  const schema = `bench_limits_${randomBytes(4).toString('hex')}`
  const workers: Tasker[] = []
  for (let index = 0; index < workerCount; index++) {
    const tasker = await createTasker({
      discovery: { packages: false },
      handlers: [task],
      logging: { level: 'error' },
      metrics: { enabled: false },
      database: values.url === undefined ? { path: ':memory:' } : { url: values.url, schema },
      ...(limits === undefined ? {} : { dependentSystems: { gateway: limits } }),
    })
    await tasker.start()
    workers.push(tasker)
  }
  const [first] = workers
  const startedAt = performance.now()
  const tasks = await first!.tasks.createMany(
    task,
    Array.from({ length: taskCount }, () => ({})),
  )
  let entries = 0
  await Promise.all(tasks.map((each) => first!.tasks.wait(each)))
  const seconds = (performance.now() - startedAt) / 1000
  const { complete, error } = await first!.tasks.count({})
  for await (const event of first!.log.tail({ names: ['task.start_requested'] }))
    if (event.name === 'task.start_requested') entries += 1
  for (const worker of workers) await worker.stop()
  const counts = await server.stop()
  const best = taskCount / perSecond
  return {
    way,
    database: values.url === undefined ? 'embedded' : 'postgresql',
    workers: workerCount,
    tasks: taskCount,
    complete,
    error,
    bestSeconds: best,
    seconds: Number(seconds.toFixed(2)),
    overBest: `${(100 * (seconds / best - 1)).toFixed(1)} %`,
    calls: counts.allowed + counts.refused,
    refused: counts.refused,
    refusedShare: `${((100 * counts.refused) / (counts.allowed + counts.refused)).toFixed(2)} %`,
    runsPerTask: Number((entries / taskCount).toFixed(2)),
  }
}

if (values.serve) serve()
else
  for (const way of values.way.split(',') as (keyof typeof ways)[]) {
    const result = await measure(way)
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, undefined, 2)}\n`)
  }
