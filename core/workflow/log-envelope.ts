import type { TaskerEvent } from '../events/envelope.js'
import type { LogEvent } from './log-entry.js'
import { formatPosition } from './log-position.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A log event as its listeners receive it. */
export function toEnvelope(taskId: string | null, logId: string, event: LogEvent, index: number): TaskerEvent<string> {
  const position = formatPosition(logId, index)
  const envelope: Mutable<TaskerEvent<string>> & { traceparent?: string } = { ...event, position }
  if (taskId !== null) envelope.taskId = taskId
  if (event.traceparent === undefined) return envelope
  const { traceparent, ...others } = envelope
  return { ...others, trace: { traceparent: event.traceparent } }
}
