import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { queueConformance } from '../../../core/testing/index.js'
import { latestMigration, queueSchemaOf } from '../../../plugins/graphile-worker/queue-tables.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { type LentDatabase, lendDatabase, openGraphileQueue } from '../../support/queue-scenes.js'
import { runSql } from '../../support/run-sql.js'
import { endConnectionsSql } from '../../support/test-schema.js'

const orders = () => ['shop.order@1.0.0']

describe('The queue on graphile-worker', function () {
  this.timeout(60_000)
  let lent: LentDatabase

  before(async function () {
    if (testDatabaseUrl() === undefined) this.skip()
    lent = await lendDatabase()
  })
  after(() => lent?.close())

  for (const { name, run } of queueConformance({ create: () => openGraphileQueue(lent.context) })) it(name, run)

  it('hears of what is due without looking for it', async () => {
    await using scene = await opened(60_000)
    const called = Promise.withResolvers<void>()
    await scene.queue.start(async () => called.resolve(), orders)
    // The look that begins a run is over.
    await sleep(100)
    await scene.queue.wake(undefined, dueNow(1))
    await called.promise
  })

  it('leaves what its worker does not serve to others, and takes it as soon as it does', async () => {
    await using scene = await opened(60_000)
    const served = ['shop.order@1.0.0']
    let calls = 0
    await scene.queue.start(
      async () => {
        calls += 1
      },
      () => served,
    )
    const long = `shop.${'long'.repeat(40)}@1.0.0`
    await scene.queue.wake(undefined, [...dueNow(1, 'shop.refund@1.0.0'), ...dueNow(1, long)])
    await sleep(100)
    assert.deepEqual([calls, await scene.countJobs()], [0, 2])
    served.push('shop.refund@1.0.0', long)
    while ((await scene.countJobs()) > 0) {
      await scene.queue.wake(undefined, dueNow(1))
      await sleep(50)
    }
  })

  it('is asked for a few jobs only for what is due at once, and for none that is due much later', async () => {
    await using scene = await opened()
    await scene.queue.wake(undefined, dueNow(500))
    assert.ok((await scene.countJobs()) <= 20)
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    await scene.queue.wake(
      undefined,
      dueNow(1).map((wakeUp) => ({ ...wakeUp, runAt: inAnHour })),
    )
    assert.ok((await scene.countJobs()) <= 20)
  })

  it('lets no jobs pile up that come faster than it takes them', async () => {
    await using scene = await opened()
    const jobs = 4_000
    for (let count = 0; count < jobs; count += 20) await scene.queue.wake(undefined, dueNow(20))
    let calls = 0
    await scene.queue.start(async () => {
      calls += 1
      await sleep(1)
    }, orders)
    while ((await scene.countJobs()) > 0) await sleep(20)
    assert.ok(calls >= 50 && calls < jobs / 2, `${calls} calls for ${jobs} jobs`)
  })

  it('goes on after the server has ended its connections, and writes to no console', async () => {
    await using scene = await opened(60_000)
    let calls = 0
    await scene.queue.start(async () => {
      calls += 1
    }, orders)
    const written = await withoutConsole(async () => {
      await runSql(lent.tasker.database, endConnectionsSql)
      while (calls === 0) {
        await scene.queue.wake(undefined, dueNow(1)).catch(() => undefined)
        await sleep(50)
      }
    })
    assert.deepEqual(written, [])
  })

  it('stops soon while the database does not answer, and lets go of the process', async () => {
    await using scene = await opened()
    await scene.queue.start(async () => undefined, orders)
    const stuck = lent.context.database.withConnection(async (connection) => {
      await connection.query(`begin; lock table "${schema()}"._private_jobs in access exclusive mode`)
      const startedAt = performance.now()
      await scene.queue.stop()
      const tookMs = performance.now() - startedAt
      await connection.query('rollback')
      return tookMs
    })
    const tookMs = await stuck
    assert.ok(tookMs < 3_000, `${tookMs} ms`)
  })

  it('knows the last migration of the version that is installed', async () => {
    const folder = fileURLToPath(new URL('../sql', import.meta.resolve('graphile-worker')))
    const numbers = (await readdir(folder)).map((file) => Number.parseInt(file, 10))
    assert.equal(latestMigration, Math.max(...numbers))
  })

  it('names its schema after that of Tasker, within what PostgreSQL can name', () => {
    assert.equal(queueSchemaOf('tasker'), 'tasker_queue')
    const [one, other] = [queueSchemaOf(`${'a'.repeat(62)}1`), queueSchemaOf(`${'a'.repeat(62)}2`)]
    assert.deepEqual([one.length, other.length], [63, 63])
    assert.notEqual(one, other)
  })

  const schema = (): string => `${lent.context.database.schema}_queue`

  async function opened(pollIntervalMs?: number) {
    const scene = await openGraphileQueue(lent.context, pollIntervalMs)
    const { database } = lent.context
    return {
      ...scene,
      async countJobs(): Promise<number> {
        const [row] = await database.query<{ count: number }>(`select count(*)::int as count from "${schema()}".jobs`)
        return row!.count
      },
      async [Symbol.asyncDispose]() {
        await scene.queue.stop()
        await scene.close()
      },
    }
  }
})

function dueNow(count: number, kind = 'shop.order@1.0.0') {
  const runAt = new Date().toISOString()
  return Array.from({ length: count }, () => ({ taskId: randomUUID(), runAt, kind }))
}

/** What is written to the console meanwhile. */
async function withoutConsole(work: () => Promise<void>): Promise<readonly unknown[]> {
  const written: unknown[] = []
  const methods = ['log', 'warn', 'error', 'trace'] as const
  const originals = methods.map((method) => console[method])
  for (const method of methods) console[method] = (...parts: unknown[]) => void written.push(parts)
  try {
    await work()
  } finally {
    for (const [index, method] of methods.entries()) console[method] = originals[index]!
  }
  return written
}
