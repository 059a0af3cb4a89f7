import { NotStorableError } from '../errors/task-errors.js'
import type { TaskView } from '../workflow/task-record.js'
import { toErrorRecord } from './error-record.js'
import type { InboxItem } from './inbox.js'

/** What takes the place of an item that the database refused when it stood alone: the same thing, ended as a failure for good. */
export function blame(item: InboxItem, cause: Error): InboxItem {
  if (item.kind === 'command') return { ...item, refusal: refusalOf('What the command brings', cause) }
  if (item.kind === 'refused_by_hook')
    return { ...item, error: refusalOf(`The refusal of step ${item.stepName}`, cause) }
  if (item.kind === 'child_begun') return item
  if (item.kind === 'child_ended') return { ...item, child: item.child && failedAs(item.child, cause) }
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

/** The child as one that has failed: its results cannot be taken over. */
function failedAs(child: TaskView, cause: Error): TaskView {
  const error = toErrorRecord(refusalOf(`What the child task ${child.id} gave`, cause))
  return { ...child, state: 'error', error, steps: [] }
}

function refusalOf(subject: string, cause: Error): NotStorableError {
  return new NotStorableError(subject, '', `what the database refuses: ${cause.message}`)
}
