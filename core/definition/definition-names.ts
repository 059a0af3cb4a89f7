import semver from 'semver'
import { type DefinitionSubject, InvalidNameError, InvalidTaskVersionError } from '../errors/definition-errors.js'

const taskName = /^[a-zA-Z][\w-]*$/
const stepName = /^[a-z][a-z0-9_-]*$/

/** Refuses what cannot name a task or a namespace. */
export function assertTaskName(
  kind: 'task' | 'namespace',
  name: unknown,
  subject: DefinitionSubject,
): asserts name is string {
  if (typeof name === 'string' && name.length <= 64 && taskName.test(name)) return
  const expected = 'a letter, then letters, digits, _ or -, at most 64 characters: "process_order"'
  throw new InvalidNameError(kind, name, expected, { ...subject, option: kind === 'task' ? 'name' : 'namespace' })
}

/** Refuses what cannot name a step. */
export function assertStepName(name: unknown, task: string): asserts name is string {
  if (typeof name === 'string' && name.length <= 128 && stepName.test(name)) return
  const expected = 'a lower-case letter, then lower-case letters, digits, _ or -, at most 128 characters: "load_order"'
  throw new InvalidNameError('step', name, expected, { task, option: 'name' })
}

/** Refuses what is not an exact semantic version, written in full and without `v`. */
export function assertVersion(version: unknown, subject: DefinitionSubject): asserts version is string {
  if (typeof version === 'string' && semver.valid(version) === version.replace(/\+.*$/, '')) return
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
