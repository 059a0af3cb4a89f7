import { defineEntity, p } from '@mikro-orm/core'
import type { ChangeRecord } from '../../contracts/changes.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/**
 * `changes`: what people and programs changed that is none of the 56 events, a `ChangeRecord`. Rows are added and never changed;
 * retention takes those of a task with the task.
 */
export const ChangeEntity = defineEntity({
  name: 'Change',
  tableName: 'changes',
  properties: {
    id: p.uuid().primary(),
    /** Drawn under the lock of the row that it describes: the order of the changes of one subject, whatever clocks say. */
    number: p.bigint('string').autoincrement(),
    subjectKind: p.text().$type<ChangeRecord['subjectKind']>(),
    subjectKey: p.text(),
    taskId: p.uuid().nullable(),
    entry: p.integer().nullable(),
    place: p.integer().nullable(),
    kind: p.text(),
    data: p.json<ChangeRecord['data']>(),
    actor: p.json<ChangeRecord['actor']>(),
    reason: p.text(),
    changedAt: p.type(IsoTimestamp),
  },
  indexes: [
    { name: 'changes_task', properties: ['taskId', 'number'], where: 'task_id is not null' },
    { name: 'changes_subject', properties: ['subjectKind', 'subjectKey', 'number'] },
  ],
})
