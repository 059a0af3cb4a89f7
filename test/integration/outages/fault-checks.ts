import assert from 'node:assert/strict'
import type { Database } from '../../../core/persistence/database.js'
import type { TestTasker } from '../../../core/testing/index.js'
import type { HandlerCall } from './fault-scenario.js'

interface LoggedEvent {
  readonly name: string
  readonly payload: { readonly stepName?: string; readonly attempt?: number; readonly error?: { code?: string } }
}

interface Entry {
  readonly task_id: string
  readonly entry: number
  readonly events: readonly LoggedEvent[]
}

/** What must hold after every crash: rows and log agree, all tasks ended, every attempt is accounted for, none ran in vain. */
export async function checkEverything(t: TestTasker, observer: Database, calls: readonly HandlerCall[]): Promise<void> {
  const report = await t.verify({ graceMs: 1_000 })
  assert.deepEqual(
    [...report.differences.map(({ message }) => message), ...report.stuck.map((each) => each.message)],
    [],
  )
  const unfinished = `select id, name, state from ${observer.table('tasks')} where state in ('pending', 'in_progress')`
  assert.deepEqual(await observer.query(unfinished), [])
  const unanswered = `select id, kind from ${observer.table('commands')} where outcome is null`
  assert.deepEqual(await observer.query(unanswered), [])
  const entries = await observer.query<Entry>(
    `select task_id, entry, events from ${observer.table('event_log')} where task_id is not null order by task_id, entry`,
  )
  const attempts = new Map<string, string[]>()
  for (const { task_id, events } of entries) for (const event of events) noteAttempt(attempts, task_id, event)
  const stepRows = await observer.query<{ taskId: string; name: string; attempts: number }>(
    `select task_id as "taskId", name, attempts from ${observer.table('steps')}`,
  )
  for (const { taskId, name, attempts: counted } of stepRows) {
    const logged = attempts.get(`${taskId}/${name}`) ?? []
    assert.equal(logged.length, counted, `${taskId}/${name}: ${logged}`)
    assert.ok(
      logged.slice(0, -1).every((end) => end !== 'completed' && end !== 'open'),
      `${name}: ${logged}`,
    )
  }
  const seen = new Set<string>()
  for (const { taskId, step, attempt } of calls) {
    const key = `${taskId}/${step}`
    assert.ok(!seen.has(`${key}#${attempt}`), `attempt ${attempt} of ${step} was called twice`)
    seen.add(`${key}#${attempt}`)
    // An attempt is committed before its handler is called; a completed step is the last one's.
    assert.ok(attempt <= (attempts.get(key) ?? []).length, `attempt ${attempt} of ${step} was called and not committed`)
  }
}

/** How each attempt of each step ended: `completed`, the code of its failure, or `open`. */
function noteAttempt(attempts: Map<string, string[]>, taskId: string, { name, payload }: LoggedEvent): void {
  const key = `${taskId}/${payload.stepName}`
  const known = attempts.get(key) ?? []
  attempts.set(key, known)
  if (name === 'step.execution_requested') known.push('open')
  if (name === 'step.completed') known[known.length - 1] = 'completed'
  if (name === 'step.failed') known[known.length - 1] = payload.error?.code ?? 'failed'
}

/** How many attempts were lost with their owner. */
export async function countLosses(observer: Database): Promise<number> {
  const [row] = await observer.query<{ count: number }>(
    `select count(*)::int as count from ${observer.table('event_log')}, jsonb_array_elements(events::jsonb) e
     where e ->> 'name' = 'step.failed' and e -> 'payload' -> 'error' ->> 'code' = 'OWNER_LOST'`,
  )
  return row!.count
}
