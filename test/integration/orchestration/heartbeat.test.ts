import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { defineTask } from '../../../core/index.js'
import type { TestTasker, TestTaskerConfig } from '../../../core/testing/index.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { connectionOptions } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'

const leaseMs = 1_000

describe('The heartbeat of a worker', () => {
  let t: TestTasker
  let client: pg.Client
  /** Milliseconds for which the step of the task keeps the main thread, and what it finds then. */
  let computeMs = 0
  let ageAfterwardsMs = 0

  const compute = defineTask({ name: 'compute' }).step('loop', async () => {
    const end = performance.now() + computeMs
    while (performance.now() < end);
    // The query is on its way before any timer of the main thread fires.
    ageAfterwardsMs = await ageMs()
    return null
  })

  const open = async (worker: TestTaskerConfig['worker'], execution: TestTaskerConfig['execution'] = {}) => {
    const rhythm = { leaseMs, heartbeatIntervalMs: 100, sweepIntervalMs: 200, ...execution }
    t = await openTestTasker({ handlers: [compute], clock: 'system', worker, execution: rhythm })
    client = new pg.Client(connectionOptions(t.database.connection))
    await client.connect()
  }

  afterEach(async () => {
    await client.end()
    await t.stop()
  })

  const workers = () => `"${t.database.schema}".workers`
  async function ageMs(): Promise<number> {
    const sql = `select extract(epoch from now() - heartbeat_at) * 1000 as age from ${workers()} where id = $1`
    const { rows } = await client.query<{ age: string }>(sql, [t.workerId])
    return Number(rows[0]?.age)
  }

  async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + 10_000; performance.now() < end; await sleep(20)) if (await condition()) return
    assert.fail(`${what} did not happen within 10 s`)
  }

  it('goes on while a handler computes for much longer than the lease', async () => {
    computeMs = 2_000
    await open({ heartbeatThread: true })
    const run = await t.run(compute)
    assert.equal(run.state, 'complete')
    assert.ok(ageAfterwardsMs < leaseMs, `the last one was ${ageAfterwardsMs} ms ago`)
  })

  it('stops when the main thread has been deaf for too long, and goes on when it hears again', async () => {
    computeMs = 2_500
    await open({ heartbeatThread: true }, { deafAfterMs: 500 })
    await t.run(compute)
    assert.ok(ageAfterwardsMs > leaseMs, `the last one was ${ageAfterwardsMs} ms ago`)
    await until('a heartbeat', async () => (await ageMs()) < 200)
  })

  it('comes from the main thread where it has no thread', async () => {
    computeMs = 1_500
    await open({ heartbeatThread: false })
    await t.run(compute)
    assert.ok(ageAfterwardsMs > leaseMs, `the last one was ${ageAfterwardsMs} ms ago`)
    await until('a heartbeat', async () => (await ageMs()) < 200)
  })

  for (const heartbeatThread of [true, false])
    it(`registers a worker again whose row was taken away, with what it serves (thread: ${heartbeatThread})`, async () => {
      await open({ heartbeatThread, namespaces: ['default'] })
      await client.query(`delete from ${workers()} where id = $1`, [t.workerId])
      const row = async () => {
        const { rows } = await client.query(`select kinds, namespaces from ${workers()} where id = $1`, [t.workerId])
        return rows[0]
      }
      await until('a registration', async () => (await row()) !== undefined)
      assert.deepEqual(await row(), { kinds: ['default.compute@0.1.0'], namespaces: ['default'] })
    })

  it('makes the worker unhealthy while it cannot be written for longer than the lease', async function () {
    if (testDatabaseUrl() === undefined) this.skip()
    await open({ heartbeatThread: true })
    const check = async () => (await t.health.check()).checks.worker!
    const healthy = await check()
    assert.ok(healthy.isHealthy)
    assert.deepEqual(
      [healthy.details?.id, healthy.details?.ownedTasks, healthy.details?.room, healthy.details?.state],
      [t.workerId, 0, 200, 'running'],
    )
    assert.ok(Number(healthy.details?.lastHeartbeatAgeMs) < leaseMs)
    await client.query('begin')
    await client.query(`select 1 from ${workers()} where id = $1 for update`, [t.workerId])
    await until('the end of its lease', async () => !(await check()).isHealthy)
    assert.match(
      (await check()).message!,
      /the last heartbeat was written \d+ ms ago, longer than its lease of 1000 ms/,
    )
    await client.query('rollback')
    await until('its recovery', async () => (await check()).isHealthy)
  })

  it('connects again when its connection is lost, and is one for all workers of a process', async function () {
    if (testDatabaseUrl() === undefined) this.skip()
    await open({ heartbeatThread: true }, { heartbeatIntervalMs: 50 })
    await using other = await openTestTasker({ clock: 'system', worker: { heartbeatThread: true } })
    assert.notEqual(other.workerId, t.workerId)
    // What a connection did last is for one of the two.
    const schemas = [t, other].map(({ database }) => `query like '%${database.schema}%'`).join(' or ')
    const sql = `select pid from pg_stat_activity where application_name = 'tasker heartbeat' and (${schemas})`
    const pids = async () => (await client.query<{ pid: number }>(sql)).rows.map(({ pid }) => pid)
    await until('a connection', async () => (await pids()).length === 1)
    const [first] = await pids()
    await client.query('select pg_terminate_backend($1)', [first])
    await until('another connection', async () => (await pids()).some((pid) => pid !== first))
    await until('a heartbeat', async () => (await ageMs()) < 200)
  })
})
