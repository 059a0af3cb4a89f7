import type { EventActor } from '../events/payload-parts.js'

/** What a change is about. */
export type ChangeSubjectKind =
  | 'task'
  | 'task_type'
  | 'namespace'
  | 'schedule'
  | 'dependent_system'
  | 'subscription'
  | 'export'

/** The changes of a task that its row is a fold of, besides its log: see `foldChange`. */
export const foldedChanges = ['task.update', 'task.pause', 'task.resume', 'task.park', 'task.unpark'] as const
export type FoldedChange = (typeof foldedChanges)[number]

/**
 * One change that is none of the 56 events: an edit, an annotation, a pause, a schedule, a namespace. Written in the transaction of
 * the row that it describes, and never changed.
 */
export interface ChangeRecord {
  /** A UUID of version 7. */
  readonly id: string
  readonly subjectKind: ChangeSubjectKind
  /** Id of the task; `namespace.name` or `namespace.name@version` of a task type; name of the others. */
  readonly subjectKey: string
  /** The task that it is about; null if it is about none. */
  readonly taskId: string | null
  /**
   * Where it stands in the log of its task: after the task's entry of this number, 0 before the first; null where there is no task.
   */
  readonly entry: number | null
  /** How many events of the next entry come before it: more than 0 only where both are of one commit. Null where there is no task. */
  readonly place: number | null
  /** `task.update`, `task.annotate`, `namespace.create`, … */
  readonly kind: FoldedChange | (string & {})
  readonly data: Readonly<Record<string, unknown>>
  readonly actor: EventActor
  readonly reason: string
  /** ISO 8601. */
  readonly changedAt: string
}
