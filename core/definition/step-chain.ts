import {
  type DefinedTask,
  type StepDefinition,
  type StepKind,
  TASK_BRAND,
  type TaskDefinition,
} from '../contracts/task-definition.js'
import { DuplicateStepError, InvalidDefinitionOptionError } from '../errors/definition-errors.js'
import { assembleDefinition } from './assemble-definition.js'
import { createStep } from './create-step.js'
import { taskLabel } from './definition-names.js'
import { decisionOf } from './step-branches.js'
import type { StepOptionsDraft } from './step-draft.js'
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
    return typeof second === 'function' ? this.#add('run', name, {}, second) : this.#add('run', name, second, third)
  }

  child(name: string, options: unknown): StepChain {
    return this.#add('child', name, options, undefined)
  }

  each(name: string, options: unknown, handler?: unknown): StepChain {
    return this.#add('each', name, options, handler)
  }

  decide(name: string, options: unknown, handler?: unknown): StepChain {
    return this.#add('decide', name, options, handler)
  }

  #add(kind: StepKind, name: string, second: unknown, last: unknown): StepChain {
    const task = taskLabel(this.#head)
    const options = optionsOf(second, task, name)
    const earlier = this.#steps.map((step) => step.name)
    if (earlier.includes(name)) throw new DuplicateStepError({ task, step: name, option: 'name' })
    assertHandlerPlace(options, last, { task, step: name })
    const draft = { kind, name, options, handler: options.handler ?? last, branchOf: decisionOf(name, this.#steps) }
    return new StepChain(this.#head, [...this.#steps, createStep(draft, task, earlier)])
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
