import { assertStepName, assertTaskName, assertVersion } from '../../../definition/definition-names.js'
import { InvalidArgumentError } from '../../../errors/cli-errors.js'
import { DEFAULT_VERSION, parseHandlerName } from '../../../registry/handler-name.js'
import { camelCase } from './identifiers.js'

/** A task that is to be written. */
export interface NewTask {
  readonly namespace: string
  readonly name: string
  readonly version: string
  readonly description: string
  /** Each depends on the one before. */
  readonly steps: readonly string[]
}

/**
 * The task that is asked for.
 *
 * @throws InvalidHandlerNameError, InvalidNameError, InvalidTaskVersionError, InvalidArgumentError
 */
export function newTask(
  reference: string,
  options: Partial<Pick<NewTask, 'steps' | 'version' | 'description'>>,
): NewTask {
  const { namespace, name, version = options.version ?? DEFAULT_VERSION } = parseHandlerName(reference)
  assertTaskName('task', name, { task: name })
  assertTaskName('namespace', namespace, { task: name })
  assertVersion(version, { task: name })
  if (options.version !== undefined && options.version !== version) {
    throw new InvalidArgumentError('--version', 'the task is named with another version', {
      expected: version,
      received: options.version,
    })
  }
  const { steps = ['begin', 'finish'] } = options
  for (const step of steps) assertStepName(step, name)
  const twice = steps.find((step, index) => steps.indexOf(step) !== index)
  if (twice !== undefined || steps.length === 0) {
    const problem = twice === undefined ? 'there are none' : `"${twice}" stands there twice`
    throw new InvalidArgumentError('--steps', problem, { expected: 'different names, separated by commas' })
  }
  const { description = `${namespace}/${name}: ${steps.join(', ')}.` } = options
  return { namespace, name, version, description, steps }
}

/**
 * Steps of a file are functions of one module, so that `take-back` and `take_back` cannot both be there.
 *
 * @throws InvalidArgumentError
 */
export function withDistinctFunctions(task: NewTask): NewTask {
  const names = task.steps.map((step) => camelCase(step, 'step'))
  const same = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (same === -1) return task
  throw new InvalidArgumentError('--steps', `two of them would have the function ${names[same]}`, {
    wayOut: 'Name one of them otherwise, or write the task in code, without --yaml.',
  })
}
