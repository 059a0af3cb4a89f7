import type { Command } from '../../contracts/task-request.js'
import { CommandRefusedError } from '../../errors/task-errors.js'
import type { TaskDraft } from '../task-draft.js'

/** Changes what a person may change of a task in whatever state, or notes something about it. */
export function editTask(draft: TaskDraft, command: Command): void {
  recordCommand(draft, command)
}

/**
 * Pauses a task: nothing more of it is admitted from here on. What runs goes on to its end; then, or at once if nothing runs, the task is
 * parked. One that is paused stays so.
 */
export function pauseTask(draft: TaskDraft, command: Command): void {
  if (draft.owned.task.pausedAt === null) recordCommand(draft, command)
}

/** Has a task go on that was paused. One that is not paused stays so; one that another pause holds cannot be resumed by itself. */
export function resumeTask(draft: TaskDraft, command: Command): void {
  const { task } = draft.owned
  const { pausedAt, parked, namespace, name } = task
  if (pausedAt !== null) recordCommand(draft, command)
  else if (parked === 'paused') {
    const wayOut = `Resume that: tasker.tasks.pauses() lists what is paused, as does \`tasker tasks pauses\``
    const reason = `it was not paused by itself, but with its namespace ${namespace} or as a task ${namespace}/${name}`
    throw new CommandRefusedError('resume', `task ${task.id}`, reason, wayOut)
  }
}

/** The change has the id of its command: whatever becomes of the commit, it is recorded once. */
function recordCommand(draft: TaskDraft, { id, kind, args, reason, actor }: Command): void {
  draft.change(kind, { id, data: args, reason, actor })
}
