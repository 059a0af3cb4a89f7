import type { StepRecord } from '../../workflow/task-record.js'
import type { TaskDraft } from '../task-draft.js'

/** How long the attempt of a step has taken that ends now, in milliseconds; 0 if none has begun. */
export function attemptDurationMs(draft: TaskDraft, { startedAt }: Pick<StepRecord, 'startedAt'>): number {
  return startedAt === null ? 0 : Math.max(0, draft.now - Date.parse(startedAt))
}
