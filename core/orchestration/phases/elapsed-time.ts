import type { TaskDraft } from '../task-draft.js'

/** How long a task, or the attempt of a step, has been under way, in milliseconds; 0 if it has not begun. */
export function elapsedMs(draft: TaskDraft, { startedAt }: { readonly startedAt: string | null }): number {
  return startedAt === null ? 0 : Math.max(0, draft.now - Date.parse(startedAt))
}
