import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { configKeys } from '../../../core/config/config-keys.js'
import { defineTask, type Tasker } from '../../../core/index.js'
import { Fleet, holdsWithin } from '../../fixtures/orchestration/fleet.js'
import { WorkerProcess } from '../../fixtures/orchestration/worker-process-handle.js'
import { connectionOptions } from '../../support/run-sql.js'

const leaseMs = 1_500
/** What the defaults leave between the end of a lease and 5 s. */
const allowanceMs = 1_000

describe('A worker process', function () {
  this.timeout(60_000)
  let fleet: Fleet
  /** Creates and looks; runs nothing. */
  let api: Tasker
  const processes: WorkerProcess[] = []
  const execution = { leaseMs, heartbeatIntervalMs: 300, sweepIntervalMs: 500 }

  const hold = defineTask({ name: 'hold' })
    .step('before', async () => assert.fail('it was complete'))
    .step('hold', { dependsOn: ['before'] }, async () => 'not held here')
  const late = defineTask({ name: 'late' }).step('late', async () => 'in time')

  beforeEach(async function () {
    const opened = await Fleet.open()
    if (opened === undefined) this.skip()
    fleet = opened
    api = await fleet.add({ handlers: [hold, late, defineTask({ name: 'quick' }).step('quick', async () => 0)] })
  })
  afterEach(async () => {
    for (const each of processes.splice(0)) await each.end()
    await fleet?.close()
  })

  async function startProcess(nodeOptions: readonly string[] = []): Promise<WorkerProcess> {
    const { schema, connection } = api.database
    const started = await WorkerProcess.start(
      {
        database: { url: connectionOptions(connection).connectionString!, schema },
        logging: { level: 'warn' },
        execution,
      },
      nodeOptions,
    )
    processes.push(started)
    return started
  }

  async function heartbeatAgeMs(workerId: string): Promise<number> {
    const age = 'extract(epoch from now() - heartbeat_at) * 1000'
    const [row] = await fleet.sql(`select ${age} as age from SCHEMA.workers where id = '${workerId}'`)
    return Number(row!.age)
  }

  /** Milliseconds from the last heartbeat of a worker to the moment at which another one took its task over. */
  async function takeoverMs(taskId: string, lostId: string): Promise<number> {
    const [row] = await fleet.sql(`select heartbeat_at from SCHEMA.workers where id = '${lostId}'`)
    const starts: string[] = []
    for await (const { name, occurredAt } of api.log.tail({ taskId })) {
      if (name === 'task.start_requested') starts.push(occurredAt)
    }
    return Date.parse(starts.at(-1)!) - (row!.heartbeat_at as Date).getTime()
  }

  it('that is killed, or stopped for longer than its lease, loses its tasks within a second after that; back again, it writes nothing of them and goes on with others', async () => {
    const first = await startProcess()
    const task = await api.tasks.create(hold)
    await first.says(/^holding, attempt 1/)
    const second = await startProcess()
    first.signal('SIGKILL')
    await second.says(/^holding, attempt 2/)
    assert.ok(!second.lines.includes('before'), 'a completed step runs once')
    const afterKillMs = await takeoverMs(task.id, first.workerId)
    assert.ok(afterKillMs >= leaseMs && afterKillMs <= leaseMs + allowanceMs, `taken over after ${afterKillMs} ms`)

    const lateTask = await api.tasks.create(late)
    await second.says(/^late begins/)
    second.signal('SIGSTOP')
    const third = await fleet.start({ handlers: [hold, late], execution })
    const ended = await api.tasks.wait(task.id, { timeoutMs: 20_000 })
    const lateEnded = await api.tasks.wait(lateTask.id, { timeoutMs: 20_000 })
    const afterStopMs = await takeoverMs(task.id, second.workerId)
    assert.ok(afterStopMs >= leaseMs && afterStopMs <= leaseMs + allowanceMs, `taken over after ${afterStopMs} ms`)
    second.signal('SIGCONT')
    await second.says(/^interrupted: STEP_INTERRUPTED/)
    await second.says(/^run of hold: lost/)
    await second.says(/^run of late: lost/)

    const other = await api.tasks.wait(await api.tasks.create({ name: 'quick' }), { timeoutMs: 20_000 })
    assert.equal(other.state, 'complete', 'only the one that came back has its code')
    for (const [before, name, results, attempts] of [
      [ended, 'hold', 'not held here', 3],
      [lateEnded, 'late', 'in time', 2],
    ] as const) {
      const view = await api.tasks.get(before.id)
      const step = view!.steps.find((each) => each.name === name)!
      assert.deepEqual([step.results, step.attempts, step.ownerLosses], [results, attempts, attempts - 1])
      assert.deepEqual(view, before, 'nothing was written after it ended')
    }
    assert.ok(await holdsWithin(5_000, async () => (await heartbeatAgeMs(second.workerId)) < leaseMs))
    assert.equal(await second.stop(), 0)
    assert.equal(third.state, 'running')
  })

  it('that may not start threads beats from its main thread and says so, and ends by itself', async () => {
    const allowed = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-child-process']
    const worker = await startProcess(allowed)
    await worker.says(/there is no heartbeat thread/)
    await sleep(leaseMs)
    const ageMs = await heartbeatAgeMs(worker.workerId)
    assert.ok(ageMs < leaseMs, `the last heartbeat was ${ageMs} ms ago`)
    assert.equal(await worker.stop(), 0)
  })

  it('is taken for dead and its tasks are looked for in less than 5 s by default', () => {
    const byDefault = (path: string) => Number(configKeys.find((key) => key.path === path)?.default)
    // A look may come a fifth of its interval late, and takes a claim.
    assert.ok(byDefault('execution.leaseMs') + 1.2 * byDefault('execution.pollIntervalMs') + 500 < 5_000)
  })
})
