import { NotStorableError } from '../errors/task-errors.js'
import { toErrorRecord } from './error-record.js'
import type { InboxItem } from './inbox.js'

/** What takes the place of an item that the database refused when it stood alone: the same thing, ended as a failure for good. */
export function blame(item: InboxItem, cause: Error): InboxItem {
  if (item.kind === 'command') return { ...item, refusal: refusalOf('What the command brings', cause) }
  if (item.kind === 'refused_by_hook')
    return { ...item, error: refusalOf(`The refusal of step ${item.stepName}`, cause) }
  const { stepName, attempt, durationMs } = item.outcome
  const error = { ...toErrorRecord(refusalOf(`What step ${stepName} returned`, cause)), retryable: false }
  const outcome = {
    stepName,
    attempt,
    durationMs,
    ok: false,
    error,
    retryAfterMs: undefined,
    isEngineFailure: true,
  } as const
  return { ...item, outcome }
}

function refusalOf(subject: string, cause: Error): NotStorableError {
  return new NotStorableError(subject, '', `what the database refuses: ${cause.message}`)
}
