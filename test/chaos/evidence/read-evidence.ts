import type { TaskerEvent } from '../../../core/events/envelope.js'
import { verify } from '../../../core/orchestration/verification/verifier.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import type { LogEvent } from '../../../core/workflow/log-entry.js'
import { formatPosition } from '../../../core/workflow/log-position.js'
import type { ChaosPlan } from '../plan/chaos-plan.js'
import { ledgerTable } from '../worker/durable-witnesses.js'
import type { DeliveredEvent, Deliveries, Evidence, TaskEvidence } from './evidence.js'

interface LogRow {
  readonly id: string
  readonly taskId: string | null
  readonly entry: number | null
  readonly events: readonly LogEvent[]
}

/** What the tables hold, read without the reader of the log, which is itself to be checked. */
export async function readEvidence(
  database: Database,
  plan: ChaosPlan,
): Promise<Pick<Evidence, 'tasks' | 'written' | 'findings'> & { readonly deliveries: Omit<Deliveries, 'told'> }> {
  const rows = await database.query<LogRow>(
    `select id, task_id as "taskId", entry, events from ${database.table('event_log')} order by id`,
  )
  const rowsByTask = Map.groupBy(rows, (row) => row.taskId)
  const store = new PostgresStore(database)
  const planned = new Map(plan.tasks.map((task) => [task.key, task]))
  const ids = await database.query<{ id: string; reason: string }>(
    `select id, reason from ${database.table('tasks')} order by created_at, id`,
  )
  const tasks: TaskEvidence[] = []
  for (const { id, reason } of ids) {
    const own = rowsByTask.get(id) ?? []
    const view = (await store.getTask(id))!
    tasks.push({
      planned: planned.get(reason)!,
      view,
      entries: own.map((row) => row.entry!),
      log: own.flatMap(eventsOf),
    })
  }
  const written = rows.flatMap((row) =>
    eventsOf(row).map(({ id, position }) => ({ id, position: position!, taskId: row.taskId })),
  )
  const { differences, stuck } = await verify({ store, clock: Date, mask: (value) => value }, { graceMs: 0 })
  const ledger = await database.query<DeliveredEvent>(
    `select event_id as id, task_id as "taskId", position from ${database.table(ledgerTable)} order by seq`,
  )
  const letters = await database.query<{ text: string }>(
    `select subscription || ' gave up ' || (event->>'name') || ': ' || (error->>'message') as text from ${database.table('dead_letters')}`,
  )
  const deliveries = { ledger, deadLetters: letters.map(({ text }) => text) }
  return { tasks, written, deliveries, findings: [...differences, ...stuck].map(({ message }) => message) }
}

function eventsOf({ id, taskId, events }: LogRow): TaskerEvent<string>[] {
  return events.map(
    (event, index) => ({ ...event, taskId, position: formatPosition(id, index) }) as unknown as TaskerEvent<string>,
  )
}
