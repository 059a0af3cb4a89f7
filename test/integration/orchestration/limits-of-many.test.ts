import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTasker, type Tasker } from '../../../core/index.js'
import { limitedTasks, limits } from '../../fixtures/processes/limited-tasks.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'
import { type WorkerLine, WorkingProcess } from '../../support/working-process.js'

const tasks = limitedTasks()

/** Most calls under way at once among those that ended. */
function mostAtOnce(lines: readonly WorkerLine[]): number {
  const changes = lines.map(({ say, at }) => ({ at: at!, by: say === 'begun' ? 1 : -1 }))
  // At the same millisecond the end of one call makes room for the next.
  changes.sort((a, b) => a.at - b.at || a.by - b.by)
  let now = 0
  return Math.max(0, ...changes.map(({ by }) => (now += by)))
}

const calls = (worker: WorkingProcess) => [...worker.lines('begun'), ...worker.lines('ended')]

describe('Limits that several workers share', function () {
  this.timeout(90_000)
  let schema: TestSchema
  /** A kernel that does not work. */
  let remote: Tasker
  let workers: WorkingProcess[]

  before(function () {
    // One process holds an embedded database, and is its only worker.
    if (testDatabaseUrl() === undefined) this.skip()
  })
  beforeEach(async () => {
    schema = await openTestSchema()
    const start = () => WorkingProcess.start(schema.environment, 'limited-process')
    workers = await Promise.all([start(), start()])
    remote = await createTasker({
      database: schema.database!,
      handlers: Object.values(tasks),
      logging: { level: 'silent' },
      discovery: { packages: false },
      dependentSystems: limits,
    })
  })
  afterEach(async () => {
    if (remote === undefined) return
    await remote.stop()
    for (const worker of workers) await worker.kill()
    await schema.close()
  })

  const finished = async (created: readonly { readonly id: string }[]) => {
    for (const task of created)
      assert.equal((await remote.tasks.wait(task.id, { timeoutMs: 60_000 })).state, 'complete')
    const { differences, stuck } = await remote.verify()
    assert.deepEqual([differences, stuck], [[], []])
  }

  it('hold with one of two workers killed in the middle, and what it held is free again', async () => {
    const created = await remote.tasks.createMany(
      tasks.calling,
      Array.from({ length: 60 }, () => ({})),
    )
    const [killed, other] = workers as [WorkingProcess, WorkingProcess]
    while (killed.lines('ended').length < 4 || killed.lines('begun').length === killed.lines('ended').length)
      await sleep(2)
    await killed.kill()
    const killedAt = Date.now()
    await finished(created)
    const before = [...calls(killed), ...calls(other)].filter(({ at }) => at! < killedAt)
    assert.ok(mostAtOnce(before) <= 3, `${mostAtOnce(before)} at once before`)
    const after = calls(other)
    assert.ok(mostAtOnce(after) <= 3, `${mostAtOnce(after)} at once in the other worker`)
    // Its lease runs out within 4 s; then all three places are used again.
    const late = after.filter(({ at }) => at! > killedAt + 5_000)
    const left = mostAtOnce(after.filter(({ at }) => at! > killedAt))
    assert.ok(left === 3 || late.length === 0, `${left} at once after`)
    let [gateway] = await remote.limits.list()
    for (let looks = 0; looks < 50 && gateway!.workers > 0; looks++) {
      await sleep(100)
      gateway = (await remote.limits.list()).find(({ name }) => name === 'gateway')
    }
    assert.deepEqual([gateway!.inUse, gateway!.waiting, gateway!.workers], [0, 0, 0])
  })

  it('let both workers have their share', async () => {
    await finished(
      await remote.tasks.createMany(
        tasks.calling,
        Array.from({ length: 80 }, () => ({})),
      ),
    )
    assert.ok(mostAtOnce(workers.flatMap(calls)) <= 3)
    const shares = workers.map((worker) => worker.lines('ended').length)
    assert.ok(Math.min(...shares) >= 10, `shares of ${shares.join(' and ')}`)
  })

  it('keep a rate together', async () => {
    await finished(
      await remote.tasks.createMany(
        tasks.paced,
        Array.from({ length: 60 }, () => ({})),
      ),
    )
    const begun = workers.flatMap((worker) => worker.lines('begun').map(({ at }) => at!)).sort((a, b) => a - b)
    for (const at of begun) {
      const inSecond = begun.filter((other) => other >= at && other < at + 1_000).length
      // A process may have been busy between two looks at its clock.
      assert.ok(inSecond <= 21, `${inSecond} calls within a second`)
    }
    assert.ok(workers.every((worker) => worker.lines('begun').length > 0))
  })

  it('hold for tasks of one key', async () => {
    const requests = Array.from({ length: 30 }, (_, index) => ({ concurrencyKey: `k${index % 2}` }))
    const created = await remote.tasks.createMany(tasks.keyed, requests)
    await finished(created)
    for (const key of [0, 1]) {
      const ids = new Set(created.filter((_, index) => index % 2 === key).map(({ id }) => id))
      const lines = workers.flatMap(calls).filter(({ taskId }) => ids.has(taskId!))
      assert.equal(mostAtOnce(lines), 2)
    }
  })

  it('let tasks of a key go on whose worker was killed', async () => {
    const requests = Array.from({ length: 20 }, () => ({ concurrencyKey: 'one' }))
    const created = await remote.tasks.createMany(tasks.keyed, requests)
    const isAtIt = (worker: WorkingProcess) => worker.lines('begun').length > worker.lines('ended').length
    let killed: WorkingProcess | undefined
    while (killed === undefined) {
      await sleep(2)
      killed = workers.find(isAtIt)
    }
    await killed.kill()
    await finished(created)
  })

  it('heed a Retry-After that one worker was answered, in both', async () => {
    // Both know the system before it asks for a pause.
    await finished(
      await remote.tasks.createMany(
        tasks.busy,
        Array.from({ length: 10 }, () => ({ context: { isBusy: false } })),
      ),
    )
    const refused = await remote.tasks.create(tasks.busy, { context: { isBusy: true } })
    const called = () => workers.flatMap((worker) => worker.lines('called'))
    while (called().length < 11) await sleep(2)
    const refusedAt = called().find(({ taskId }) => taskId === refused.id)!.at!
    // Word of it takes a moment; nobody could know before.
    await sleep(150)
    const later = await remote.tasks.createMany(
      tasks.busy,
      Array.from({ length: 20 }, () => ({ context: { isBusy: false } })),
    )
    await finished([refused, ...later])
    for (const { at, taskId } of called().slice(11)) {
      const tooEarly = at! < refusedAt + 2_000
      if (later.some(({ id }) => id === taskId)) assert.ok(!tooEarly, `called ${at! - refusedAt} ms after the refusal`)
    }
  })
})
