import { type DefinedTask, type StepDefinition, TASK_BRAND, type TaskDefinition } from '../contracts/task-definition.js'
import { DuplicateStepError, InvalidDefinitionOptionError, StepKindNotYetError } from '../errors/definition-errors.js'
import { assembleDefinition } from './assemble-definition.js'
import { createStep, type StepOptionsDraft } from './create-step.js'
import { taskLabel } from './definition-names.js'
import { assertHandlerPlace } from './step-handler.js'
import type { TaskHead } from './task-head.js'

/** What `defineTask` and the YAML form give: immutable, each step makes a new one. `TaskChain` is its type for users. */
export class StepChain implements DefinedTask {
  readonly #head: TaskHead
  readonly #steps: readonly StepDefinition[]
  #definition: TaskDefinition | undefined

  constructor(head: TaskHead, steps: readonly StepDefinition[]) {
    this.#head = head
    this.#steps = steps
  }

  get [TASK_BRAND](): true {
    return true
  }

  /** Made at the first look, and the same from then on. */
  get definition(): TaskDefinition {
    this.#definition ??= assembleDefinition(this.#head, this.#steps)
    return this.#definition
  }

  step(name: string, second: unknown, third?: unknown): StepChain {
    const task = taskLabel(this.#head)
    const [options, last] = typeof second === 'function' ? [{}, second] : [optionsOf(second, task, name), third]
    const earlier = this.#steps.map((step) => step.name)
    if (earlier.includes(name)) throw new DuplicateStepError({ task, step: name, option: 'name' })
    assertHandlerPlace(options, last, { task, step: name })
    const step = createStep({ name, options, handler: options.handler ?? last }, task, earlier)
    return new StepChain(this.#head, [...this.#steps, step])
  }

  child(name: string): never {
    throw new StepKindNotYetError('child', { task: taskLabel(this.#head), step: name })
  }

  each(name: string): never {
    throw new StepKindNotYetError('each', { task: taskLabel(this.#head), step: name })
  }

  decide(name: string): never {
    throw new StepKindNotYetError('decide', { task: taskLabel(this.#head), step: name })
  }
}

function optionsOf(value: unknown, task: string, step: string): StepOptionsDraft {
  if (value === undefined) return {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new InvalidDefinitionOptionError(
    { task, step, option: 'options' },
    { expected: 'an object with the options of the step', received: value },
  )
}
