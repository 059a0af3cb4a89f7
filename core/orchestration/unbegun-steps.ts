import type { TaskDefinition } from '../contracts/task-definition.js'
import { type FoldState, foldEvent } from '../workflow/fold.js'
import type { StepRecord, TaskRecord } from '../workflow/task-record.js'
import { createdSteps } from './creation-events.js'

/**
 * The steps of a task of which nothing has happened since it was created, as the store has them: made of its definition by the
 * function that made its rows. Undefined if something has happened, if it was created by another definition, or with steps that
 * another task has done: then they have to be read.
 */
export function unbegunSteps(
  task: TaskRecord,
  definition: TaskDefinition | undefined,
): readonly StepRecord[] | undefined {
  const isUnbegun = task.logEntry === 1 && task.startedAt === null && task.rerunOf === null
  if (!isUnbegun || definition?.hash !== task.definitionHash) return undefined
  const state: FoldState = { task, steps: new Map() }
  const envelope = { id: '', schemaVersion: 1, occurredAt: task.createdAt, correlationId: task.correlationId }
  for (const [index, created] of createdSteps(task.id, definition).entries())
    foldEvent(state, task.id, { ...envelope, ...created }, { entry: 1, index: index + 1 })
  return [...state.steps.values()]
}
