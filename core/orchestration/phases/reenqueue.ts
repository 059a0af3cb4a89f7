import type { WorkflowReason } from '../../events/event-vocabularies.js'
import { aboutTask } from '../lifecycle-publisher.js'
import type { Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'

/** Puts a task that was set back on the queue again, once the commit that says so has returned. */
export function reenqueue(draft: TaskDraft, run: Run, reason: WorkflowReason): void {
  const { task } = draft.owned
  const subject = draft.subject()
  draft.publishAfter('workflow.task_reenqueue_started', () => ({ ...aboutTask(task), reason }))
  draft.after(({ wakeUpFailure }) => {
    void run.wakeUps.enqueueAgain(task, reason, draft.now, subject, wakeUpFailure)
  })
}
