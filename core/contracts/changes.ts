import type { ChangeRecord, ChangeSubjectKind } from '../workflow/change-record.js'
import type { Page, PageOf } from './page.js'

export type { ChangeRecord, ChangeSubjectKind, FoldedChange } from '../workflow/change-record.js'

/** Which changes are listed. */
export interface ChangeFilter {
  readonly subjectKind?: ChangeSubjectKind
  readonly subjectKey?: string
  /** What is about this task, whatever its subject. */
  readonly taskId?: string
  readonly kind?: string | readonly string[]
}

/** The changes that are none of the 56 events; append-only. Those of tasks that someone owns are written by commits. */
export interface ChangeStore {
  getChange(id: string): Promise<ChangeRecord | undefined>
  /** The oldest first. */
  listChanges(filter: ChangeFilter, page?: Page): Promise<PageOf<ChangeRecord>>
}
