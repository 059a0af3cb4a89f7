import { defineEntity, p } from '@mikro-orm/core'
import type { ErrorRecord, ParkedReason } from '../../contracts/task-record.js'
import type { TaskState } from '../../workflow/state-machines.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/** A task that nobody owns and that is not finished: what a claim looks for. Partial indexes hold only these rows. */
export const CLAIMABLE = `owner_id is null and state in ('pending', 'in_progress')`

/** `tasks`: one row for one task, a `TaskRecord`. */
export const TaskEntity = defineEntity({
  name: 'Task',
  tableName: 'tasks',
  properties: {
    id: p.uuid().primary(),
    namespace: p.text(),
    name: p.text(),
    version: p.text(),
    definitionHash: p.text(),
    state: p.text().$type<TaskState>(),
    context: p.json<unknown>().nullable(),
    priority: p.integer(),
    stepCount: p.integer(),
    initiator: p.text(),
    sourceSystem: p.text(),
    reason: p.text(),
    tags: p.array(),
    bypassSteps: p.array(),
    identityHash: p.text().nullable(),
    concurrencyKey: p.text().nullable(),
    // not int: 2^31 ms are 25 days; not bigint: the driver gives those as strings
    timeoutMs: p.double().nullable(),
    correlationId: p.text(),
    traceparent: p.text().nullable(),
    parentTaskId: p.uuid().nullable(),
    parentStepId: p.uuid().nullable(),
    error: p.json<ErrorRecord>().nullable(),
    dueAt: p.type(IsoTimestamp).nullable(),
    parked: p.text().$type<ParkedReason>().nullable(),
    createdAt: p.type(IsoTimestamp),
    startedAt: p.type(IsoTimestamp).nullable(),
    completedAt: p.type(IsoTimestamp).nullable(),
    ownerId: p.text().nullable(),
    epoch: p.integer(),
    logEntry: p.integer(),
  },
  indexes: [
    {
      name: 'tasks_claimable',
      columns: [{ name: 'priority', sort: 'DESC' }, { name: 'due_at' }],
      properties: ['priority', 'dueAt'],
      where: CLAIMABLE,
    },
    { name: 'tasks_owner', properties: ['ownerId'], where: 'owner_id is not null' },
    { name: 'tasks_created', properties: ['createdAt', 'id'] },
  ],
})
