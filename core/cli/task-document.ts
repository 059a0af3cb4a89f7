import type { CreatedTask } from '../contracts/created-task.js'
import type { StepView, TaskRecord, TaskView } from '../contracts/task-record.js'
import type { Annotation } from '../contracts/tasks-api.js'
import type { Tasker } from '../kernel/tasker.js'

type Mask = Pick<Tasker, 'mask'>

/** What `--json` gives of a task with its steps. */
export interface TaskDocument {
  /** With `isDuplicate: true` where it was asked for and is that of an earlier request. */
  readonly task: TaskRecord & Pick<CreatedTask, 'isDuplicate'>
  readonly steps: readonly StepView[]
}

/** A task with its steps, without secrets. */
export function taskDocument(
  tasker: Mask,
  { steps, ...task }: TaskView & Pick<CreatedTask, 'isDuplicate'>,
): TaskDocument {
  return { task: maskedTask(tasker, task), steps: steps.map((step) => maskedStep(tasker, task, step)) }
}

/** A task without secrets. Masked is what users and handlers put in, not the names and keys that are ours. */
export function maskedTask(tasker: Mask, task: TaskRecord): TaskRecord {
  const { context, error } = task
  return { ...task, ...tasker.mask({ context, error }, keyOf(task)) }
}

/** A step without secrets. */
export function maskedStep(tasker: Mask, task: NamedTask, step: StepView): StepView {
  const { results, error, element } = step
  return { ...step, ...tasker.mask({ results, error, element }, keyOf(task)) }
}

/** A note without secrets. */
export function maskedAnnotation(tasker: Mask, annotation: Annotation, task?: NamedTask): Annotation {
  const { value } = annotation
  return { ...annotation, ...tasker.mask({ value }, task && keyOf(task)) }
}

type NamedTask = Pick<TaskRecord, 'namespace' | 'name' | 'version'>

/** `payments.refund@2.1.0` */
export function keyOf({ namespace, name, version }: NamedTask): string {
  return `${namespace}.${name}@${version}`
}
