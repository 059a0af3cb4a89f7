import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskRecord } from '../../../core/contracts/task-record.js'
import { verify } from '../../../core/orchestration/verification/verifier.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { creation, taskRecord } from '../../support/task-records.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

const now = Date.parse('2026-06-01T12:00:00.000Z')
const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString()

describe('verify, of tasks that nothing moves', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
    await store.registerWorker({ id: 'alive', host: 'h', processId: 1, leaseMs: 60_000 })
    await store.registerWorker({ id: 'silent', host: 'h', processId: 2, leaseMs: 60_000 })
    await database.query(
      `update ${database.table('workers')} set heartbeat_at = now() - interval '90 s' where id = 'silent'`,
    )
  })
  afterEach(() => closeTestDatabase(database))

  const create = async (values: Partial<TaskRecord>): Promise<string> => {
    const task = taskRecord({ dueAt: null, ...values })
    await store.commit([creation(task)])
    return task.id
  }
  /** What is found, by task; `between` happens while it waits to look again. */
  const stuck = async (between?: () => Promise<unknown>): Promise<Record<string, string>> => {
    const parts = { store, clock: { now: () => now }, mask: <T>(value: T) => value }
    let isChanged = false
    const change = async () => {
      if (isChanged || between === undefined) return
      isChanged = true
      // After the first look, well before the second.
      await sleep(50)
      await between()
    }
    const report = await verify(parts, {
      graceMs: between ? 400 : 0,
      onProgress: ({ phase }) => phase === 'log' && change(),
    })
    return Object.fromEntries(report.stuck.map(({ taskId, finding }) => [taskId, finding]))
  }

  it('names each with its reason, and no other', async () => {
    const expected = {
      [await create({ state: 'pending' })]: 'nothing_wakes_it',
      [await create({ state: 'in_progress' })]: 'nothing_wakes_it',
      [await create({ parked: 'no_handler' })]: 'never_rechecked',
      [await create({ parked: 'no_handler', dueAt: at(3) })]: 'never_rechecked',
      [await create({ state: 'in_progress', ownerId: 'silent' })]: 'owner_gone',
      [await create({ state: 'in_progress', ownerId: 'never heard of' })]: 'owner_gone',
      [await create({ dueAt: at(-6) })]: 'overdue',
      [await create({ parked: 'limit', dueAt: at(-6) })]: 'overdue',
    }
    for (const state of ['complete', 'cancelled', 'error', 'resolved_manually'] as const) await create({ state })
    await create({ state: 'in_progress', ownerId: 'alive' })
    await create({ dueAt: at(-4) })
    await create({ dueAt: at(60 * 24) })
    await create({ parked: 'no_handler', dueAt: at(1) })
    await create({ parked: 'no_worker', dueAt: at(-60) })
    assert.deepEqual(await stuck(), expected)
  })

  it('says nothing of what is due where no worker lives: it waits for one', async () => {
    await create({ dueAt: at(-60) })
    await store.removeWorker('alive')
    assert.deepEqual(await stuck(), {})
  })

  it('does not count what moved while it waited for a second look', async () => {
    const taken = await create({ state: 'in_progress', ownerId: 'silent' })
    const left = await create({ state: 'in_progress', ownerId: 'silent' })
    const take = () => store.claimTask(taken, { workerId: 'alive', now: at(0) })
    assert.deepEqual(await stuck(take), { [left]: 'owner_gone' })
  })

  it('names commands without an answer, once they have waited long enough', async () => {
    const taskId = await create({ dueAt: at(1) })
    const command = (createdAt: string) => ({
      id: randomUUID(),
      taskId,
      kind: 'task.cancel' as const,
      stepName: null,
      reason: 'a test',
      actor: { id: 'anna', kind: 'person' as const },
      args: {},
      createdAt,
      replyTo: null,
    })
    await store.addCommand(command(at(-0.5)))
    assert.deepEqual(await stuck(), {})
    await store.addCommand(command(at(-2)))
    assert.deepEqual(await stuck(), { [taskId]: 'command_unanswered' })
    const answer = () =>
      database.query(`update ${database.table('commands')} set outcome = '{"ok": true}' where task_id = '${taskId}'`)
    assert.deepEqual(await stuck(answer), {})
  })
})
