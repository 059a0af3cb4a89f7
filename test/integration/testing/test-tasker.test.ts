import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineSubscriber, defineTask, PermanentError } from '../../../core/index.js'
import { openDatabase } from '../../../core/persistence/database.js'
import { createTestTasker, type TestTasker } from '../../../core/testing/index.js'
import { joinDatabaseServer } from '../../support/database-server.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { openTestTasker } from '../../support/test-tasker.js'

const chain = defineTask({ name: 'chain' })
  .step('load', async () => ({ total: 99.9 }))
  .step('charge', { dependsOn: ['load'], retry: { limit: 5 } }, async ({ results }) => ({
    charged: results.load.total,
  }))

const hanging = defineTask({ name: 'hanging' }).step(
  'hang',
  { timeoutMs: 60_000, retry: { limit: 1 } },
  ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
)

describe('a test kernel', () => {
  it('runs a task to its end and gives its state, the results of its steps with their types, and its events', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    const run = await t.run(chain)
    const charged: number = run.steps.charge.results.charged
    assert.equal(run.state, 'complete')
    assert.equal(charged, 99.9)
    assert.equal(run.events.names().at(-1), 'observability.task.handle')
    assert.equal(run.events.payloads('task.completed')[0]?.completedSteps, 2)
  })

  it('runs a task by its name', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    assert.equal((await t.run({ name: 'chain' })).state, 'complete')
  })

  it('lets the time of retries pass without waiting for it', async () => {
    await using t = await openTestTasker({ handlers: [chain], backoff: { delaysMs: [60_000], jitter: 0 } })
    const before = t.clock.now()
    t.faults.failStep('charge', { times: 2 })
    const run = await t.run(chain)
    assert.equal(run.state, 'complete')
    assert.equal(run.steps.charge.attempts, 3)
    // A minute, and beyond the list twice that.
    assert.equal(t.clock.now() - before, 180_000)
  })

  it('fails a step with the error that a test names', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    t.faults.failStep('charge', { error: new PermanentError('the card is blocked') })
    const run = await t.run(chain)
    assert.equal(run.state, 'error')
    assert.equal(run.steps.charge.error?.message, 'the card is blocked')
  })

  it('records the events of the whole kernel, boot included, by name and by wildcard', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    assert(t.events.names().includes('registry.handler_registered'))
    const run = await t.run(chain)
    assert.equal(t.events.of('step.completed').length, 2)
    assert.deepEqual(t.events.of('task.*'), run.events.of('task.*'))
    t.events.clear()
    assert.deepEqual(t.events.all(), [])
  })

  it('gives subscribers time to handle what a run published', async () => {
    const heard: string[] = []
    const slow = defineSubscriber({
      name: 'slow',
      on: { 'task.completed': (event) => sleep(20).then(() => heard.push(event.name)) },
    })
    await using t = await openTestTasker({ handlers: [chain], subscribers: [slow] })
    await t.run(chain)
    assert.deepEqual(heard, ['task.completed'])
  })

  it('gives durable subscribers time to handle what a run has written, also when its worker is lost at the end', async () => {
    const heard: string[] = []
    const slow = defineSubscriber({
      name: 'slow',
      durable: true,
      on: { 'task.completed': (event) => sleep(50).then(() => heard.push(event.name)) },
    })
    await using t = await openTestTasker({ handlers: [chain], subscribers: [slow] })
    await t.run(chain)
    assert.deepEqual(heard, ['task.completed'])
    t.faults.crashOn('task.completed')
    await t.run(chain)
    if (t.database.kind === 'embedded') assert.deepEqual(heard, ['task.completed', 'task.completed'])
  })

  it('says so when a task does not end, and in which step', async () => {
    await using t = await openTestTasker({ handlers: [hanging] })
    await assert.rejects(t.run(hanging, undefined, { giveUpAfterMs: 200 }), {
      code: 'TEST_RUN_TIMEOUT',
      message:
        /default\.hanging@0\.1\.0 has not ended within 200 ms of real time; it is in_progress, with hang running/,
    })
  })

  it('runs on the clock of the system where that is asked for', async () => {
    await using t = await openTestTasker({ handlers: [chain], clock: 'system', backoff: { delaysMs: [10] } })
    t.faults.failStep('charge')
    assert.equal((await t.run(chain)).state, 'complete')
    assert(Math.abs(t.clock.now() - Date.now()) < 1000)
    await assert.rejects(t.clock.advance('1h'), { code: 'CLOCK_NOT_VIRTUAL' })
  })
})

describe('the virtual clock', () => {
  it('stands still until it is moved', async () => {
    await using t = await openTestTasker({ startAt: '2030-05-01T12:00:00Z' })
    assert.equal(t.clock.now(), Date.parse('2030-05-01T12:00:00Z'))
    await t.clock.advance('1d 2h')
    assert.equal(t.clock.now(), Date.parse('2030-05-02T14:00:00Z'))
  })

  it('runs what becomes due on the way, each at its own time', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    const start = t.clock.now()
    for (const hours of [3, 1, 5]) {
      await t.tasks.create(chain, { runAt: new Date(start + hours * 3_600_000), tags: [`${hours} h`] })
    }
    await t.clock.advance('4h')
    const times = t.events.of('task.completed').map(({ occurredAt }) => (Date.parse(occurredAt) - start) / 3_600_000)
    assert.deepEqual(times, [1, 3])
  })

  it('has a durable subscriber try again at each time on the way, until the event is a dead letter', async () => {
    const triedAt: number[] = []
    const failing = defineSubscriber({
      name: 'failing',
      durable: true,
      retry: { limit: 4, backoffMs: [60_000] },
      on: {
        'task.completed': async () => {
          triedAt.push(t.clock.now())
          await sleep(20)
          throw new Error('no')
        },
      },
    })
    await using t = await openTestTasker({
      handlers: [chain],
      subscribers: [failing],
      subscriptions: { retry: { jitter: 0 } },
      handlerPatienceMs: 5_000,
    })
    await t.run(chain)
    const [first] = triedAt
    await t.clock.advance('1h')
    assert.deepEqual(
      triedAt.map((at) => (at - first!) / 60_000),
      [0, 1, 3, 7],
    )
    assert.equal((await t.subscriptions.deadLetters.list()).items.length, 1)
  })

  it('fires the time-out of a step whose handler waits for time to pass', async () => {
    await using t = await openTestTasker({ handlers: [hanging] })
    const task = await t.tasks.create(hanging)
    await t.clock.advance('59s')
    assert.equal((await t.tasks.get(task))?.state, 'in_progress')
    await t.clock.advance('1s')
    const after = await t.tasks.get(task)
    assert.equal(after?.state, 'error')
    assert.equal(after.steps[0]?.error?.code, 'STEP_TIMEOUT')
  })

  it('does not let time pass for a handler that is only slow', async () => {
    const slow = defineTask({ name: 'slow' }).step('work', () => sleep(300))
    await using t = await openTestTasker({ handlers: [slow] })
    const before = t.clock.now()
    assert.equal((await t.run(slow)).state, 'complete')
    assert.equal(t.clock.now(), before)
  })

  it('refuses what is not a duration', async () => {
    await using t = await openTestTasker()
    for (const wrong of ['soon', '-1h', '1 fortnight', '', Number.NaN, -1]) {
      await assert.rejects(t.clock.advance(wrong), { code: 'INVALID_DURATION' })
    }
  })
})

describe('a seed', () => {
  const story = async (seed: number) => {
    await using t = await openTestTasker({ handlers: [chain], seed })
    t.faults.failStep('charge', { times: 2 })
    const run = await t.run(chain)
    return run.events.all().map(({ id, name, occurredAt }) => ({ id, name, occurredAt }))
  }

  it('repeats a run: its ids, its jitter and with it its times', async () => {
    assert.deepEqual(await story(7), await story(7))
    assert.notDeepEqual(await story(7), await story(8))
  })

  it('is drawn by chance and told where none was given', async () => {
    await using one = await openTestTasker()
    await using other = await openTestTasker()
    assert.notEqual(one.seed, other.seed)
  })
})

describe('a lost worker', () => {
  it('is restarted by run(), and what it had completed is not run again', async () => {
    let loads = 0
    const counted = defineTask({ name: 'counted' })
      .step('load', async () => ++loads)
      .step('use', { dependsOn: ['load'] }, async ({ results, attempt }) => `${results.load} at attempt ${attempt}`)
    await using t = await openTestTasker({ handlers: [counted] })
    t.faults.crashOn('step.completed')
    const run = await t.run(counted)
    assert.equal(loads, 1)
    // Admitted in the commit that completed its parent, and never called: that attempt was lost with the worker.
    assert.equal(run.steps.use.results, '1 at attempt 2')
    assert.equal(run.steps.use.ownerLosses, 1)
  })

  it('writes and publishes nothing more, and calls no further handler', async () => {
    let calls = 0
    const counted = defineTask({ name: 'counted' }).step('only', async () => ++calls)
    await using t = await openTestTasker({ handlers: [counted] })
    t.faults.crashOn('step.execution_requested')
    await t.tasks.create(counted)
    await t.crashed()
    const heard = t.events.names()
    await sleep(50)
    assert.equal(calls, 0)
    assert.deepEqual(t.events.names(), heard)
    assert.equal(heard.at(-1), 'step.execution_requested')
  })

  it('cannot write what its handler returns afterwards', async () => {
    const returned = Promise.withResolvers<string>()
    const slow = defineTask({ name: 'slow' }).step('only', ({ attempt }) => (attempt === 1 ? returned.promise : 'new'))
    await using t = await openTestTasker({ handlers: [slow] })
    const task = await t.tasks.create(slow)
    t.events.once('step.handle', () => void t.crash())
    await t.crashed()
    returned.resolve('old')
    await sleep(20)
    await t.restart()
    const after = await t.tasks.wait(task, { timeoutMs: 10_000 })
    assert.equal(after.steps[0]?.results, 'new')
  })

  it('says so to whoever asks it for something, until it is restarted', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    await t.crash()
    assert.equal(t.state, 'stopped')
    assert.throws(() => t.tasks, { code: 'WORKER_LOST' })
    await t.restart()
    assert.equal(t.state, 'running')
    assert.equal((await t.run(chain)).state, 'complete')
  })
})

describe('the database of a test kernel', () => {
  it('is its own', async () => {
    await using one = await openTestTasker({ handlers: [chain] })
    await using other = await openTestTasker({ handlers: [chain] })
    await one.run(chain)
    assert.equal((await other.tasks.list()).items.length, 0)
    assert.notEqual(one.database.schema, other.database.schema)
  })

  it('is empty for the next one, and as its migrations make it', async function () {
    if (testDatabaseUrl() !== undefined) this.skip()
    await using fresh = await createTestTasker({ handlers: [chain], database: { schema: 'test_fresh' } })
    const t = await createTestTasker({ handlers: [chain] })
    await t.tasks.create(chain, { identity: 'once', runAt: new Date(t.clock.now() + 1000) })
    await t.namespaces.pause('somewhere', { actor: { id: 'somebody', kind: 'person' } })
    await t.run(chain)
    await t.stop()
    await using next = await createTestTasker({ handlers: [chain] })
    assert.equal(next.database.schema, t.database.schema)
    assert.deepEqual(await rowsOf(next), await rowsOf(fresh))
    for (const each of [next, fresh]) await each.run(chain)
    const places = (each: TestTasker) => query(`select id, entry from "${each.database.schema}".event_log order by id`)
    assert.deepEqual(await places(next), await places(fresh), 'positions begin anew')
  })

  it('is not used again once a test has altered it', async function () {
    if (testDatabaseUrl() !== undefined) this.skip()
    const t = await createTestTasker()
    const { schema } = t.database
    await query(`alter table "${schema}".tasks add column mine text`)
    await t.stop()
    assert.deepEqual(await query(`select 1 from pg_namespace where nspname = '${schema}'`), [])
    await using next = await createTestTasker({ handlers: [chain] })
    assert.notEqual(next.database.schema, schema)
  })

  it('is gone when it has stopped, where the test has named it or it stands on a server', async () => {
    const url = testDatabaseUrl()
    const t = await createTestTasker({ handlers: [chain], database: url ? { url } : { schema: 'test_named' } })
    const { schema } = t.database
    assert.equal((await t.run(chain)).state, 'complete')
    assert.equal((await query(`select 1 from pg_namespace where nspname = '${schema}'`)).length, 1)
    await t.stop()
    assert.deepEqual(await query(`select 1 from pg_namespace where nspname in ('${schema}', '${schema}_queue')`), [])
  })
})

/** What stands in the tables of a test kernel, but for times and who works there. */
async function rowsOf({ database: { schema } }: TestTasker): Promise<unknown> {
  const tables = await query(`select relname as name from pg_class where relnamespace = '"${schema}"'::regnamespace
    and relkind = 'r' and relname not in ('workers', 'migrations') order by relname`)
  const rows = tables.map(async ({ name }) => [
    name,
    await query(`select to_jsonb(t) as row from "${schema}"."${name}" t`),
  ])
  return JSON.parse(JSON.stringify(await Promise.all(rows)).replaceAll(/,?"\w+_at":"[^"]*"/g, ''))
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const { connection, leave } = await joinDatabaseServer()
  const database = await openDatabase({ connection })
  try {
    return await database.query(sql)
  } finally {
    await database.close()
    await leave()
  }
}
