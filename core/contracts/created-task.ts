import type { TaskRecord } from './task-record.js'

/** What creating a task gives: its row. */
export type CreatedTask = TaskRecord & {
  /** Nothing was created: the task of an earlier request of the same identity, as it is now. Absent on a new one. */
  readonly isDuplicate?: true
}
