import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTasker, type Tasker } from '../../../core/index.js'
import { sharedTasks } from '../../fixtures/processes/shared-tasks.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { runSql } from '../../support/run-sql.js'
import { endConnectionsSql, openTestSchema, type TestSchema } from '../../support/test-schema.js'
import { WorkingProcess } from '../../support/working-process.js'

const { brief, flaky, mended, slow } = sharedTasks()

describe('Tasks created in a process that does not work', function () {
  this.timeout(60_000)
  let schema: TestSchema
  let producer: Tasker
  let workers: WorkingProcess[]

  before(async function () {
    if (testDatabaseUrl() === undefined) this.skip()
    schema = await openTestSchema()
    producer = await createTasker({
      database: schema.database!,
      handlers: [brief, flaky, mended, slow],
      discovery: { packages: false },
      logging: { level: 'silent' },
    })
    // Their own look at the table would come a minute late.
    const environment = { ...schema.environment, TEST_POLL_MS: '60000', TEST_ROOM: '10' }
    workers = await Promise.all([WorkingProcess.start(environment), WorkingProcess.start(environment)])
  })
  after(async () => {
    await producer?.stop()
    for (const worker of workers ?? []) await worker.kill()
    await schema?.close()
  })

  it('are run at once by one that works', async () => {
    const latenessMs: number[] = []
    for (let round = 0; round < 5; round++) {
      const { id } = await producer.tasks.create(brief)
      const createdAt = Date.now()
      latenessMs.push((await ran(id)) - createdAt)
    }
    assert.ok(Math.min(...latenessMs) < 200, `${latenessMs} ms`)
  })

  it('are run at their time, and tried again when their backoff is over', async () => {
    const dueAt = Date.now() + 400
    const [later, failing] = [
      await producer.tasks.create(brief, { runAt: new Date(dueAt) }),
      await producer.tasks.create(flaky),
    ]
    const latenessMs = (await ran(later.id)) - dueAt
    assert.ok(latenessMs >= 0 && latenessMs < 3_000, `${latenessMs} ms`)
    await ran(failing.id)
  })

  it('are run at once when they are retried there', async () => {
    const { id } = await producer.tasks.create(mended)
    assert.equal((await producer.tasks.wait(id)).state, 'error')
    const enqueued = Promise.withResolvers<string | undefined>()
    producer.events.once('observability.task.enqueue', ({ taskId }) => enqueued.resolve(taskId))
    await producer.tasks.retry(id, { reason: 'repaired' })
    await ran(id)
    assert.equal(await enqueued.promise, id)
  })

  it('are run by all workers where they are many, however few wake-ups there were', async () => {
    const created = await producer.tasks.createMany(
      slow,
      Array.from({ length: 40 }, () => ({})),
    )
    await Promise.all(created.map(({ id }) => ran(id)))
    const shares = workers.map((worker) => created.filter(({ id }) => hasRun(worker, id)).length)
    assert.equal(shares[0]! + shares[1]!, 40)
    assert.ok(Math.min(...shares) >= 10, `${shares}`)
  })

  it('leave no job behind when they have been run', async () => {
    while (true) {
      const sql = `select count(*)::int as left from "${schema.database!.schema}_queue".jobs`
      const [row] = await runSql(producer.database, sql)
      if (row!.left === 0) return
      await sleep(20)
    }
  })

  it('are run at once again after all connections were cut', async () => {
    const cut = await runSql(producer.database, endConnectionsSql)
    assert.ok(cut.length >= 4)
    await untilWoken()
  })

  it('are stored while the tables of the queue are missing, and woken up when they are there again', async () => {
    const name = `"${schema.database!.schema}_queue"`
    await runSql(producer.database, `drop schema ${name} cascade`)
    const { state } = await producer.tasks.create(brief)
    assert.equal(state, 'pending')
    await untilWoken()
  })

  it('find a worker that has installed no signal handler, and that stops within a moment', async () => {
    const { signalListeners } = await workers[0]!.said('started')
    assert.equal(signalListeners, 0)
    const tookMs = await workers[0]!.stop()
    assert.ok(tookMs < 2_000, `${tookMs} ms`)
  })

  /** Creates tasks until one is run soon after it was created; wake-ups may be lost meanwhile. */
  async function untilWoken(): Promise<void> {
    while (true) {
      const { id } = await producer.tasks.create(brief)
      if (await Promise.race([ran(id).then(() => true), sleep(500, false)])) return
    }
  }

  function ran(taskId: string): Promise<number> {
    return Promise.race(workers.map(async (worker) => (await worker.said('ran', taskId)).at!))
  }

  function hasRun(worker: WorkingProcess, taskId: string): boolean {
    return worker.lines('ran').some((line) => line.taskId === taskId)
  }
})

describe('The queue of a kernel on a PostgreSQL server', () => {
  before(function () {
    if (testDatabaseUrl() === undefined) this.skip()
  })

  it('is graphile-worker, by itself, unless that is disabled', async () => {
    const schema = await openTestSchema()
    for (const [disable, expected] of [
      [[], 'graphile-worker'],
      [['graphile-worker'], 'memory'],
    ] as const) {
      await using tasker = await createTasker({
        database: schema.database!,
        handlers: [brief],
        discovery: { packages: false, disable: [...disable] },
        logging: { level: 'silent' },
      })
      const enqueued = Promise.withResolvers<string>()
      tasker.events.on('observability.task.enqueue', ({ payload }) => enqueued.resolve(payload.queue))
      await tasker.tasks.create(brief)
      assert.equal(await enqueued.promise, expected)
    }
    await schema.close()
  })
})
