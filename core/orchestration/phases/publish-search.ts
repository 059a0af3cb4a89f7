import { aboutTask } from '../lifecycle-publisher.js'
import type { TaskDraft } from '../task-draft.js'

/** Publishes what a search for ready steps found, if it looked at any. */
export function publishSearch(draft: TaskDraft, durationUs: number, examined: number, found: readonly string[]): void {
  if (examined === 0) return
  const about = aboutTask(draft.owned.task)
  draft.publishAfter('observability.step.find_viable', () => ({ ...about, durationUs, examined, found: found.length }))
  if (found.length === 0) return
  draft.publishAfter('workflow.viable_steps_discovered', () => ({
    ...about,
    stepNames: [...found],
    stepCount: found.length,
  }))
}
