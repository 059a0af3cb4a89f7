import { type ChangeRecord, type FoldedChange, foldedChanges } from './change-record.js'
import type { TaskRecord } from './task-record.js'

/** What of a task an edit may set. */
export type TaskEdit = Partial<Pick<TaskRecord, 'reason' | 'tags' | 'priority'>>

/**
 * Applies one change to the row of its task: what `foldEvent` is for events. The engine changes its rows by it, and a rebuild uses it
 * too. Changes that rows are not made of, such as annotations, change nothing.
 */
export function foldChange(task: TaskRecord, { kind, data, changedAt }: ChangeRecord): TaskRecord {
  return isFolded(kind) ? { ...task, ...columns(task, kind, data, changedAt) } : task
}

function isFolded(kind: string): kind is FoldedChange {
  return (foldedChanges as readonly string[]).includes(kind)
}

function columns(task: TaskRecord, kind: FoldedChange, data: TaskEdit, changedAt: string): Partial<TaskRecord> {
  switch (kind) {
    case 'task.update': {
      const { reason = task.reason, tags = task.tags, priority = task.priority } = data
      return { reason, tags, priority }
    }
    case 'task.pause':
      return { pausedAt: changedAt, ...park(task, changedAt) }
    case 'task.resume':
      return { pausedAt: null, ...unpark(task) }
    case 'task.park':
      return park(task, changedAt)
    case 'task.unpark':
      return unpark(task)
  }
}

/**
 * The due time stays: it says when the task goes on once nothing holds it any more. What waited for something other than its time is
 * looked at as soon as that is so: meanwhile nobody tells it of what it waited for.
 */
function park({ state, parked }: TaskRecord, changedAt: string): Partial<TaskRecord> {
  if (state !== 'pending') return {}
  return { parked: 'paused', ...(parked === null || parked === 'paused' ? {} : { dueAt: changedAt }) }
}

function unpark({ parked }: TaskRecord): Partial<TaskRecord> {
  return parked === 'paused' ? { parked: null } : {}
}
