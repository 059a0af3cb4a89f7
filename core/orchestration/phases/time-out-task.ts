import { TaskTimeoutError } from '../../errors/task-errors.js'
import type { TaskRecord } from '../../workflow/task-record.js'
import { engineActor } from '../engine-actor.js'
import { toErrorRecord } from '../error-record.js'
import { fullNameOf } from '../lifecycle-publisher.js'
import type { Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'
import { elapsedMs } from './elapsed-time.js'
import { failAttempt } from './fail-attempt.js'
import { letChildGo } from './settle-child.js'

/** When the time of a task is up, in milliseconds; undefined where it has no limit or has not begun. */
export function deadlineOf({ timeoutMs, startedAt }: TaskRecord): number | undefined {
  return timeoutMs === null || startedAt === null ? undefined : Date.parse(startedAt) + timeoutMs
}

/**
 * Ends what runs of a task whose time is up: its attempts fail for good, nothing more is admitted, and the finalisation puts
 * it in error. Gives the steps whose handlers are to be interrupted.
 */
export function timeOutTask(draft: TaskDraft, run: Run): readonly string[] {
  const { owned } = draft
  const deadline = deadlineOf(owned.task)
  if (run.isTimedOut || deadline === undefined || draft.now < deadline || owned.unsettledCount === 0) return []
  run.isTimedOut = true
  const interrupted = [...owned.running]
  const error = {
    ...toErrorRecord(new TaskTimeoutError(fullNameOf(owned.task), owned.task.timeoutMs!)),
    retryable: false,
  }
  for (const name of [...interrupted, ...owned.delegated]) {
    const step = draft.step(name)
    letChildGo(draft, step, 'the time of the task that waits for it is up', engineActor)
    const durationMs = elapsedMs(draft, step)
    failAttempt(draft, run, name, { error, durationMs, waitMs: 0, outcome: 'error' })
  }
  return interrupted
}
