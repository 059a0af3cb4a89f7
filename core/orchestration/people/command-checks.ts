import type { TaskType } from '../../contracts/pauses.js'
import type { CommandOptions } from '../../contracts/task-request.js'
import type { Annotation, RerunOptions, TaskEdit } from '../../contracts/tasks-api.js'
import { isExactVersion, isTaskName, taskNameForm } from '../../definition/definition-names.js'
import { InvalidCommandError } from '../../errors/people-errors.js'
import { actorKinds } from '../../events/event-vocabularies.js'
import { type Check, priority, problemsIn, text, texts } from '../request-check.js'

const aText: Check = ['a text that is not empty', (value) => typeof value === 'string' && value.trim() !== '']
const anything: Check = ['anything that JSON can hold', (value) => value !== undefined]

const name: Check = [taskNameForm, isTaskName]
const exactVersion: Check = ['an exact version, such as "2.1.0"; or none, for all versions', isExactVersion]
const types: Readonly<Record<keyof TaskType, Check>> = { namespace: name, name, version: exactVersion }

const edits: Readonly<Record<keyof TaskEdit, Check>> = { reason: text, tags: texts, priority }
const annotation: Readonly<Record<keyof Pick<Annotation, 'type' | 'value'>, Check>> = { type: aText, value: anything }
const asked: Readonly<Record<keyof CommandOptions, Check>> = {
  reason: text,
  actor: [
    `an object { id, kind, name? } whose kind is one of ${actorKinds.join(', ')}`,
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      'id' in value &&
      typeof value.id === 'string' &&
      value.id !== '' &&
      'kind' in value &&
      (actorKinds as readonly unknown[]).includes(value.kind) &&
      (!('name' in value) || value.name === undefined || typeof value.name === 'string') &&
      Object.keys(value).every((key) => key === 'id' || key === 'kind' || key === 'name'),
  ],
}

const steps: Check = [
  'the name of a step, or a list of names',
  (value) => aText[1](value) || (Array.isArray(value) && value.length > 0 && value.every((one) => aText[1](one))),
]
const reruns: Readonly<Record<keyof RerunOptions, Check>> = {
  ...{ from: steps, context: anything, version: aText },
  ...asked,
}

/** Refuses what the compiler would have refused, for callers that have none. @throws InvalidCommandError */
export function assertTaskEdit(edit: TaskEdit): void {
  const problems = problemsIn(edit, edits)
  const isEmpty = problems.length === 0 && Object.values(edit).every((value) => value === undefined)
  if (isEmpty) problems.push({ path: 'the edit', problem: `says nothing; give ${Object.keys(edits).join(', ')}` })
  if (problems.length > 0) throw new InvalidCommandError('task.update', problems)
}

/** @throws InvalidCommandError */
export function assertAnnotation(given: Pick<Annotation, 'type' | 'value'>): void {
  const problems = problemsIn({ ...{ type: undefined, value: undefined }, ...given }, annotation, true)
  if (problems.length > 0) throw new InvalidCommandError('task.annotate', problems)
}

/** Who asks, and why. @throws InvalidCommandError */
export function assertAsked(command: string, { reason, actor }: CommandOptions): void {
  const problems = problemsIn({ reason, actor }, asked)
  if (problems.length > 0) throw new InvalidCommandError(command, problems)
}

/** @throws InvalidCommandError */
export function assertRerun(options: RerunOptions): void {
  const problems = problemsIn({ ...{ from: undefined }, ...options }, reruns)
  if (options?.from === undefined) problems.push({ path: 'from', problem: `must be ${steps[0]}` })
  if (problems.length > 0) throw new InvalidCommandError('task.rerun', problems)
}

/** @throws InvalidCommandError */
export function assertNamespaceName(command: string, namespace: unknown): asserts namespace is string {
  const problems = problemsIn({ namespace }, { namespace: name }, true)
  if (problems.length > 0) throw new InvalidCommandError(command, problems)
}

/** @throws InvalidCommandError */
export function assertTaskType(command: string, type: TaskType): void {
  const problems = problemsIn({ ...{ name: undefined }, ...type }, types)
  if (type.name === undefined) problems.push({ path: 'name', problem: `must be ${taskNameForm}` })
  if (problems.length > 0) throw new InvalidCommandError(command, problems)
}

/** @throws InvalidCommandError */
export function assertDescription(namespace: string, description: unknown): void {
  const problems = problemsIn({ description }, { description: text })
  if (problems.length > 0) throw new InvalidCommandError(`The description of namespace ${namespace}`, problems)
}
