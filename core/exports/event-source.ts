import type { ExportFilters, ExportRecord } from '../contracts/exporter.js'
import type { LogEntry, LogEvent, Store, StoredLogEntry } from '../contracts/store.js'
import { isLifecycleEventName } from '../events/event-catalogue.js'
import { formatPosition } from '../workflow/log-position.js'
import { logPages } from './log-pages.js'
import { nameFilter } from './name-filter.js'
import { columnsOf, definitionKey, type Mask, type RecordSource } from './record-source.js'

const kinds = {
  position: 'text',
  id: 'text',
  name: 'text',
  schemaVersion: 'integer',
  occurredAt: 'time',
  taskId: 'text',
  stepId: 'text',
  correlationId: 'text',
  causationId: 'text',
  payload: 'json',
} as const

/** The task that the events of one log entry are about. */
type EntryTask = { readonly namespace: string; readonly name: string; readonly version: string } | undefined

/**
 * One record per event of the log, in log order, up to what was in it when the export began.
 *
 * `namespace`, `name` and `version` select the events of such tasks; `names` selects by the event's name, `since` and `until` by
 * the time it happened.
 */
export function eventSource(store: Pick<Store, 'readLog' | 'logEnd'>, mask: Mask): RecordSource {
  return {
    name: 'events',
    columns: columnsOf(kinds),
    kinds,
    filters: ['namespace', 'name', 'version', 'correlationId', 'since', 'until', 'taskId', 'names'],
    async *pages(filters) {
      const select = eventFilter(filters)
      for await (const { entries, position } of logPages(store, { taskId: filters.taskId })) {
        yield { records: entries.flatMap((entry) => recordsOf(entry, select, mask)), position }
      }
    },
    async *follow(filters, from) {
      const select = eventFilter(filters)
      for await (const { entries, position } of logPages(store, { from })) {
        const asked = entries.filter(({ taskId }) => filters.taskId === undefined || filters.taskId === taskId)
        yield { records: asked.flatMap((entry) => recordsOf(entry, select, mask)), position }
      }
    },
    async extent({ taskId }) {
      const end = taskId === undefined ? await store.logEnd() : undefined
      return end === undefined ? {} : { end }
    },
  }
}

function recordsOf(
  entry: StoredLogEntry,
  select: (event: LogEvent, task: EntryTask) => boolean,
  mask: Mask,
): ExportRecord[] {
  const task = taskOf(entry)
  const key = task === undefined ? undefined : definitionKey(task)
  return entry.events.flatMap((event, index) => (select(event, task) ? [toRecord(entry, event, index, mask, key)] : []))
}

function toRecord(
  entry: StoredLogEntry,
  event: LogEvent,
  index: number,
  mask: Mask,
  key: string | undefined,
): ExportRecord {
  const { payload } = event
  return {
    position: formatPosition(entry.id, entry.firstIndex + index),
    id: event.id,
    name: event.name,
    schemaVersion: event.schemaVersion,
    occurredAt: event.occurredAt,
    taskId: entry.taskId,
    stepId: event.stepId ?? null,
    correlationId: event.correlationId,
    causationId: event.causationId ?? null,
    payload: typeof payload === 'object' && payload !== null ? mask(payload, key) : (payload ?? null),
  }
}

/**
 * Custom events do not say their task, but they are committed together with the success of their step, which does. What they have in
 * their payloads is theirs: a `namespace` there need not be that of the task.
 */
function taskOf({ taskId, events }: LogEntry): EntryTask {
  if (taskId === null) return undefined
  for (const { name: eventName, payload } of events) {
    if (!isLifecycleEventName(eventName)) continue
    const { namespace, taskName: name, version } = (payload ?? {}) as Readonly<Record<string, unknown>>
    if (typeof namespace === 'string' && typeof name === 'string' && typeof version === 'string') {
      return { namespace, name, version }
    }
  }
  return undefined
}

function eventFilter({ namespace, name, version, correlationId, since, until, names }: ExportFilters) {
  const isNamed = nameFilter(names)
  const earliest = since === undefined ? Number.NEGATIVE_INFINITY : new Date(since).getTime()
  const latest = until === undefined ? Number.POSITIVE_INFINITY : new Date(until).getTime()
  const isAsked = (asked: string | undefined, found: string | undefined) => asked === undefined || asked === found
  return (event: LogEvent, task: EntryTask): boolean => {
    const occurredAt = Date.parse(event.occurredAt)
    return (
      isNamed(event.name) &&
      isAsked(correlationId, event.correlationId) &&
      isAsked(namespace, task?.namespace) &&
      isAsked(name, task?.name) &&
      isAsked(version, task?.version) &&
      occurredAt >= earliest &&
      occurredAt < latest
    )
  }
}
