import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTasker, defineTask, type HealthReport } from '../../../core/index.js'
import { isAnswerTo, isStatement } from '../../support/fault-proxy.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import {
  assertRanOnce as assertAllRanOnce,
  eventually,
  type ProxiedWorker,
  queryTimeoutMs,
  startProxiedWorker,
} from './proxied-worker.js'

const commitCall = /from "[^"]+"\.commit_/
const away = 'the database is away; what needs it waits, and goes on by itself'
const back = 'the database is back'

/** Handlers that count their calls, and one that runs until it is told to end. */
function makeTasks() {
  const calls = new Map<string, number>()
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const count = (taskId: string, step: string): string => {
    const key = `${taskId}/${step}`
    calls.set(key, (calls.get(key) ?? 0) + 1)
    return key
  }
  const chain = defineTask({ name: 'chain' })
    .step('one', async ({ taskId }) => count(taskId, 'one'))
    .step('two', { dependsOn: ['one'] }, async ({ taskId }) => count(taskId, 'two'))
    .step('three', { dependsOn: ['two'] }, async ({ taskId }) => count(taskId, 'three'))
  const long = defineTask({ name: 'long' })
    .step('run', async () => {
      begun.resolve()
      await gate.promise
      return 'done'
    })
    .step('after', { dependsOn: ['run'] }, async () => 'after')
  return { chain, long, calls, begun: begun.promise, end: gate.resolve }
}

describe('a worker whose database is away', () => {
  const url = testDatabaseUrl()
  let tasks: ReturnType<typeof makeTasks>
  let worker: ProxiedWorker

  before(function () {
    if (url === undefined) this.skip()
  })
  beforeEach(async () => {
    tasks = makeTasks()
    worker = await startProxiedWorker(url!, [tasks.chain, tasks.long])
  })
  afterEach(() => worker?.[Symbol.asyncDispose]())

  const lines = (message: string) => worker.log.notable.filter((line) => line.message === message)

  async function createMany(number: number): Promise<readonly string[]> {
    const made = Array.from({ length: number }, () => worker.tasker.tasks.create(tasks.chain))
    return (await Promise.all(made)).map(({ id }) => id)
  }

  /** Besides, each handler was called once. */
  async function assertRanOnce(taskIds: readonly string[]): Promise<void> {
    await assertAllRanOnce(worker, taskIds)
    for (const id of taskIds)
      for (const step of ['one', 'two', 'three']) assert.equal(tasks.calls.get(`${id}/${step}`), 1, step)
  }

  /** Creates a task as another process would, which owns nothing. */
  async function createElsewhere(): Promise<string> {
    const { schema } = worker.tasker.database
    await using other = await createTasker(
      {
        database: { url: url!, schema },
        discovery: { packages: false },
        handlers: [tasks.chain],
        logging: { level: 'silent' },
      },
      { environment: 'test' },
    )
    return (await other.tasks.create(tasks.chain)).id
  }

  async function ownersOf(...taskIds: readonly string[]): Promise<readonly (string | null)[]> {
    const sql = `select owner_id from ${worker.observer.table('tasks')} where id = any($1::uuid[])`
    return (await worker.observer.query<{ owner_id: string | null }>(sql, [taskIds])).map((row) => row.owner_id)
  }

  function assertSaysWhy({ checks }: HealthReport): void {
    const { database, journal } = checks
    assert.equal(database!.isHealthy, false)
    assert.match(
      database!.message!,
      /^commits.* wait for the database since 20\d\d-.*run out of something: .*No space left/,
    )
    const [wait] = database!.details!.waits as { what: string; failures: number; code: string; lastError: string }[]
    assert.deepEqual([wait!.what, wait!.code], ['commits', 'DATABASE_UNAVAILABLE'])
    assert.ok(wait!.failures >= 2, `${wait!.failures} failures`)
    assert.equal(journal!.isHealthy, false)
    assert.ok((journal!.details!.commitAgeMs as number) > 1_000)
  }

  it('loses and repeats nothing when its connections are cut again and again', async () => {
    const creating = createMany(150)
    for (let round = 0; round < 12; round++) {
      await sleep(30)
      worker.proxy.cut(round % 2 ? 'reset' : 'close')
    }
    await assertRanOnce(await creating)
    assert.ok(worker.proxy.acceptedConnections > 12)
  })

  it('takes a commit whose answer was lost for what it is', async () => {
    const lost = worker.proxy.when({
      direction: 'toClient',
      after: isStatement(commitCall),
      matches: isAnswerTo('SELECT'),
      action: 'cut',
      times: 6,
    })
    for (let round = 0; round < 4; round++) await assertRanOnce(await createMany(20))
    await lost
  })

  it('waits where commits fail because of what the server lacks or will not do, and goes on', async () => {
    const reasons = {
      'a full disk': '53100',
      'no memory': '53200',
      'a statement that took too long': '57014',
      'a lock that was not to be had': '55P03',
      'a server that takes no writes': '25006',
      deadlocks: '40P01',
      'a privilege that was taken away': '42501',
      'an internal error': 'XX000',
    }
    await createMany(1)
    for (const [what, sqlState] of Object.entries(reasons)) {
      const action = { sqlState, message: `no: ${what}` }
      const failed = worker.proxy.when({ direction: 'toServer', matches: isStatement(commitCall), action, times: 2 })
      const created = await createMany(5)
      await failed
      await assertRanOnce(created)
    }
  })

  it('says so on its health and once in the log, claims nothing, and goes on with what waited', async () => {
    const [running] = [await worker.tasker.tasks.create(tasks.long)]
    await tasks.begun
    assert.equal((await worker.tasker.health.check()).isHealthy, true)
    const full = { sqlState: '53100', message: 'could not extend file: No space left on device' }
    void worker.proxy.when({ direction: 'toServer', matches: isStatement(commitCall), action: full, times: 1_000 })
    tasks.end()
    await eventually(async () => !(await worker.tasker.health.check()).isHealthy)
    // What others bring is left alone, although it could be claimed: nothing that is done with it could be committed.
    const foreign = await createElsewhere()
    const waiting = worker.tasker.tasks.create(tasks.chain)
    await sleep(1_200)
    const report = await worker.tasker.health.check()
    assertSaysWhy(report)
    assert.deepEqual(await ownersOf(foreign), [null])
    assert.equal(lines(away).length, 1)
    assert.equal(lines(back).length, 0)
    await worker.proxy.heal()
    await assertRanOnce([(await waiting).id, foreign])
    const ended = await worker.tasker.tasks.wait(running!.id, { timeoutMs: 10_000 })
    assert.deepEqual([ended.state, ...ended.steps.map(({ attempts }) => attempts)], ['complete', 1, 1])
    assert.equal((await worker.tasker.health.check()).isHealthy, true)
    assert.deepEqual([lines(away).length, lines(back).length], [1, 1])
    assert.deepEqual(
      worker.log.notable.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message),
      [away],
    )
  })

  it('survives traffic that stalls without an error: it gives up the connections, and goes on by itself', async () => {
    const running = await worker.tasker.tasks.create(tasks.long)
    const before = await createMany(20)
    await tasks.begun
    worker.proxy.stall()
    tasks.end()
    const during = createMany(20)
    // Noticed before a statement is given up: no answer is an answer.
    await eventually(async () => !(await worker.tasker.health.check()).isHealthy, 8_000)
    await sleep(queryTimeoutMs)
    // What was held back is gone: the network is another one now.
    worker.proxy.cut()
    worker.proxy.flow()
    await assertRanOnce([...before, ...(await during)])
    assert.equal((await worker.tasker.tasks.wait(running.id, { timeoutMs: 10_000 })).state, 'complete')
    await eventually(() => lines(back).length === 1)
    assert.equal(lines(away).length, 1)
  })

  it('lets handlers run on while no connection can be made, and stores what they gave', async () => {
    const running = await worker.tasker.tasks.create(tasks.long)
    await tasks.begun
    await worker.proxy.refuse()
    worker.proxy.cut('reset')
    const during = createMany(10)
    await sleep(300)
    tasks.end()
    await sleep(700)
    assert.match((await worker.tasker.health.check()).checks.database!.message!, /ECONNREFUSED/)
    await worker.proxy.accept()
    const ended = await worker.tasker.tasks.wait(running.id, { timeoutMs: 10_000 })
    assert.deepEqual([ended.state, ...ended.steps.map(({ attempts }) => attempts)], ['complete', 1, 1])
    await assertRanOnce(await during)
  })

  it('keeps who waits for a task waiting', async () => {
    const running = await worker.tasker.tasks.create(tasks.long)
    await tasks.begun
    const waiting = worker.tasker.tasks.wait(running.id, { timeoutMs: 20_000 })
    await worker.proxy.refuse()
    worker.proxy.cut()
    await sleep(600)
    await worker.proxy.accept()
    tasks.end()
    assert.equal((await waiting).state, 'complete')
  })

  it('answers a look and a command with a typed error', async () => {
    const [task] = await createMany(1)
    await worker.tasker.tasks.wait(task!)
    await worker.proxy.refuse()
    worker.proxy.cut()
    await eventually(async () => !(await worker.tasker.health.check()).isHealthy)
    const isAway = { code: 'DATABASE_UNAVAILABLE', details: { reason: 'connection', code: 'ECONNREFUSED' } }
    await assert.rejects(worker.tasker.tasks.get(task!), isAway)
    await assert.rejects(worker.tasker.tasks.list(), isAway)
    await assert.rejects(worker.tasker.tasks.cancel(task!), isAway)
  })

  it('lets a caller give up a creation, and says whether the task may exist', async () => {
    await createMany(1)
    worker.proxy.stall('toClient')
    const signal = AbortSignal.timeout(400)
    const creating: Promise<unknown>[] = []
    // Two commits may be under way, and reach the server; what comes after them has not begun.
    for (const count of [10, 10, 5]) {
      for (let n = 0; n < count; n++) creating.push(worker.tasker.tasks.create(tasks.chain, { signal }))
      await sleep(40)
    }
    const outcomes = await Promise.allSettled(creating)
    const errors = outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason)
    for (const error of errors) assert.equal(error.code, 'CREATION_GIVEN_UP')
    const mayExist = errors.filter((error) => error.mayExist)
    assert.equal(mayExist.length, 20)
    await worker.proxy.heal()
    await eventually(async () => (await worker.tasker.health.check()).isHealthy)
    const count = `select count(*)::int as count from ${worker.observer.table('tasks')}`
    const [row] = await worker.observer.query<{ count: number }>(count)
    assert.equal(row!.count, 1 + mayExist.length)
    for (const { details } of mayExist) assert.ok(await worker.tasker.tasks.get(details.taskId))
    await assertRanOnce(mayExist.map(({ details }) => details.taskId))
  })

  it('does not take up creations without an end', async () => {
    await createMany(1)
    await worker.proxy.refuse()
    worker.proxy.cut()
    void worker.tasker.tasks.create(tasks.chain).catch(() => undefined)
    await eventually(async () => !(await worker.tasker.health.check()).checks.journal!.isHealthy)
    const asked = Array.from({ length: 10_050 }, () => worker.tasker.tasks.create(tasks.chain))
    const refused = asked.map((creation) =>
      creation.then(
        () => 'stored',
        (error) => error.code,
      ),
    )
    const first = await Promise.race(refused)
    assert.equal(first, 'DATABASE_UNAVAILABLE')
    await worker.tasker.stop()
    for (const code of await Promise.all(refused)) assert.match(code, /^DATABASE_(UNAVAILABLE|CLOSED)$/)
  })

  for (const [what, breakIt] of [
    ['refuses', async () => worker.proxy.refuse().then(() => worker.proxy.cut())],
    ['stalls', async () => worker.proxy.stall()],
  ] as const) {
    it(`stops in bounded time while the database ${what}, and lets go of who waits`, async () => {
      const running = await worker.tasker.tasks.create(tasks.long)
      await tasks.begun
      await breakIt()
      const creating = assert.rejects(worker.tasker.tasks.create(tasks.chain), {
        code: /DATABASE_(UNAVAILABLE|CLOSED)/,
      })
      const startedAt = performance.now()
      await worker.tasker.stop()
      assert.ok(performance.now() - startedAt < 20_000, `${performance.now() - startedAt} ms`)
      await creating
      // Another worker finds what it had to leave.
      const sql = `select state, owner_id from ${worker.observer.table('tasks')} where id = $1`
      const rows = await worker.observer.query(sql, [running.id])
      assert.deepEqual(rows, [{ state: 'in_progress', owner_id: worker.tasker.workerId }])
    }).timeout(40_000)
  }
})
