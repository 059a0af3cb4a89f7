import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTasker, defineTask } from '../../../core/index.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { openTestSchema } from '../../support/test-schema.js'

/** By hand: TASKER_BACKLOG=100000. */
const backlog = Number(process.env.TASKER_BACKLOG ?? 6_000)
const warmUp = 10_000
const chunk = 1_000
/** Bytes of heap for each further task that waits: measured are 0 to 70. An id in a set takes 100, a task with its steps 4 KB. */
const mostPerTask = 95

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of live objects. */
async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage()
    await new Promise(setImmediate)
  }
  return process.memoryUsage().heapUsed
}

describe('tasks that arrive faster than they finish', function () {
  this.timeout(Math.max(60_000, backlog * 5))

  it('wait in the database: the memory of the process does not grow with the backlog', async function () {
    // It is about this process, and the embedded database takes three times as long.
    if (testDatabaseUrl() === undefined && process.env.TASKER_BACKLOG === undefined) this.skip()
    const gate = Promise.withResolvers<void>()
    let calls = 0
    const slow = defineTask({ name: 'slow' })
      .step('wait', async () => {
        calls += 1
        await gate.promise
        return null
      })
      .step('then', { dependsOn: ['wait'] }, async () => null)
    // Not a kernel for tests: that records all events.
    const { database, close } = await openTestSchema()
    const tasker = await createTasker(
      {
        database: database ?? { path: ':memory:' },
        handlers: [slow],
        discovery: { packages: false },
        execution: { concurrentTasks: 20, drainTimeoutMs: 100, timeoutGraceMs: 0 },
        logging: { level: 'silent' },
      },
      { environment: 'test' },
    )
    await tasker.start()
    const create = async (count: number): Promise<void> => {
      for (let made = 0; made < count; made += chunk) {
        const requests = Array.from({ length: Math.min(chunk, count - made) }, () => ({
          context: { text: 'x'.repeat(500) },
        }))
        await tasker.tasks.createMany(slow, requests)
      }
    }
    // So many ids are remembered, and no more: see run-requests.ts.
    await create(warmUp)
    assert.equal(calls, 20)
    const before = await heapUsed()
    await create(backlog)
    const perTask = ((await heapUsed()) - before) / backlog
    if (process.env.TASKER_BACKLOG !== undefined) console.info(`${perTask.toFixed(1)} bytes for each waiting task`)
    assert.ok(perTask < mostPerTask, `${perTask.toFixed(0)} bytes for each waiting task`)
    assert.equal(calls, 20)
    const { pending, in_progress } = await tasker.tasks.count()
    assert.equal(pending + in_progress, backlog + warmUp)
    await tasker.stop()
    gate.resolve()
    await close()
  })
})
