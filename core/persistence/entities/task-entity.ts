import { defineEntity, p } from '@mikro-orm/core'
import type { ErrorRecord, ParkedReason, RerunOf } from '../../contracts/task-record.js'
import type { TaskState } from '../../workflow/state-machines.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/** Neither finished nor in error. */
export const UNFINISHED = `state in ('pending', 'in_progress')`
/** A task that nobody owns and that waits for nothing but its time. A partial index holds only these rows. */
export const UNPARKED = `owner_id is null and parked is null and ${UNFINISHED}`
/** A task that nobody owns and that waits for something else. They have an index of their own, so that looking for what is due
 * does not read them, however many there are. */
export const PARKED = `owner_id is null and parked is not null and ${UNFINISHED}`

/** A task that nobody owns and that was parked by the pause of its namespace or type, not by one of its own. */
export const HELD = `owner_id is null and parked = 'paused' and paused_at is null and ${UNFINISHED}`

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
    rerunOf: p.json<RerunOf>().nullable(),
    error: p.json<ErrorRecord>().nullable(),
    dueAt: p.type(IsoTimestamp).nullable(),
    parked: p.text().$type<ParkedReason>().nullable(),
    pausedAt: p.type(IsoTimestamp).nullable(),
    createdAt: p.type(IsoTimestamp),
    startedAt: p.type(IsoTimestamp).nullable(),
    completedAt: p.type(IsoTimestamp).nullable(),
    ownerId: p.text().nullable(),
    epoch: p.integer(),
    logEntry: p.integer(),
    // The claim that the limit of its concurrency key admitted: of the claims alone, in no record.
    keyEpoch: p.integer().nullable().hidden(),
  },
  indexes: [
    { name: 'tasks_unparked', properties: ['namespace', 'name', 'version', 'priority', 'dueAt'], where: UNPARKED },
    {
      name: 'tasks_parked',
      properties: ['parked', 'namespace', 'name', 'version', 'priority', 'dueAt'],
      where: PARKED,
    },
    { name: 'tasks_owner', properties: ['ownerId'], where: 'owner_id is not null' },
    { name: 'tasks_created', properties: ['createdAt', 'id'] },
    { name: 'tasks_held', properties: ['namespace', 'name', 'version'], where: HELD },
    {
      name: 'tasks_key_held',
      properties: ['namespace', 'name', 'concurrencyKey'],
      where: 'concurrency_key is not null and owner_id is not null',
    },
    {
      name: 'tasks_key_waiting',
      expression: (columns, table, indexName) =>
        `create index "${indexName}" on ${table} (${columns.namespace}, ${columns.name}, ${columns.concurrencyKey}, ${columns.priority} desc, ${columns.id}) where ${columns.concurrencyKey} is not null and owner_id is null and parked = 'limit' and ${UNFINISHED}`,
    },
    {
      name: 'tasks_rerun',
      expression: (columns, table, indexName) =>
        `create index "${indexName}" on ${table} ((${columns.rerunOf} ->> 'taskId')) where ${columns.rerunOf} is not null`,
    },
  ],
})
