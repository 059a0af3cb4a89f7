import semver from 'semver'
import { type DefinitionSubject, InvalidNameError, InvalidTaskVersionError } from '../errors/definition-errors.js'

const taskName = /^[a-zA-Z][\w-]*$/
const stepName = /^[a-z][a-z0-9_-]*$/

/** Whether a task or a namespace can have this name. */
export function isTaskName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= 64 && taskName.test(name)
}

/** What a name of a task or a namespace has to be. */
export const taskNameForm = 'a letter, then letters, digits, _ or -, at most 64 characters: "process_order"'

/** Whether it is an exact semantic version, written in full and without `v`. */
export function isExactVersion(version: unknown): version is string {
  return typeof version === 'string' && semver.valid(version) === version.replace(/\+.*$/, '')
}

/** Refuses what cannot name a task or a namespace. */
export function assertTaskName(
  kind: 'task' | 'namespace',
  name: unknown,
  subject: DefinitionSubject,
): asserts name is string {
  if (isTaskName(name)) return
  throw new InvalidNameError(kind, name, taskNameForm, { ...subject, option: kind === 'task' ? 'name' : 'namespace' })
}

/** Refuses what cannot name a step. */
export function assertStepName(name: unknown, task: string): asserts name is string {
  if (typeof name === 'string' && name.length <= 128 && stepName.test(name)) return
  const expected = 'a lower-case letter, then lower-case letters, digits, _ or -, at most 128 characters: "load_order"'
  throw new InvalidNameError('step', name, expected, { task, option: 'name' })
}

/** Refuses what is not an exact semantic version, written in full and without `v`. */
export function assertVersion(version: unknown, subject: DefinitionSubject): asserts version is string {
  if (isExactVersion(version)) return
  throw new InvalidTaskVersionError(version, { ...subject, option: 'version' })
}

/** `payments.process_order@2.1.0` */
export function taskLabel(task: {
  readonly namespace: unknown
  readonly name: unknown
  readonly version: unknown
}): string {
  return `${task.namespace}.${task.name ?? '?'}@${task.version}`
}
