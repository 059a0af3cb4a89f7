import { defineEntity, p } from '@mikro-orm/core'
import type { ErrorRecord, ResolvedHow, StepRecord } from '../../contracts/task-record.js'
import type { StepState } from '../../workflow/state-machines.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/**
 * `steps`: one row for one step of one task, a `StepRecord`. Steps are always reached through their task, so the key is the
 * place in it, and `id` needs no index of its own.
 */
export const StepEntity = defineEntity({
  name: 'Step',
  tableName: 'steps',
  properties: {
    taskId: p.uuid().primary(),
    position: p.integer().primary(),
    id: p.uuid(),
    name: p.text(),
    state: p.text().$type<StepState>(),
    attempts: p.integer(),
    retryLimit: p.integer(),
    retryable: p.boolean(),
    skippable: p.boolean(),
    dependentSystem: p.text(),
    timeoutMs: p.double(),
    dependsOn: p.array(),
    idempotencyKey: p.text(),
    element: p.json<NonNullable<StepRecord['element']>>().nullable(),
    branchOf: p.text().nullable(),
    childTaskId: p.uuid().nullable(),
    error: p.json<ErrorRecord>().nullable(),
    dueAt: p.type(IsoTimestamp).nullable(),
    resolvedHow: p.text().$type<ResolvedHow>().nullable(),
    ownerLosses: p.integer(),
    drains: p.integer(),
    resultEntry: p.integer().nullable(),
    resultIndex: p.integer().nullable(),
    createdAt: p.type(IsoTimestamp),
    startedAt: p.type(IsoTimestamp).nullable(),
    completedAt: p.type(IsoTimestamp).nullable(),
  },
})
