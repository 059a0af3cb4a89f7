import type { BulkOptions, BulkReport } from '../contracts/bulk.js'
import type { StepFilter, Store } from '../contracts/store.js'
import type { CommandKind, CommandOptions } from '../contracts/task-request.js'
import type { StepReference, StepsApi, TaskReference } from '../contracts/tasks-api.js'
import { StepNotFoundError, StepReferenceError, TaskNotFoundError } from '../errors/task-errors.js'
import type { StepView } from '../workflow/task-record.js'
import { assertStorable } from './assert-storable.js'
import type { CommandService } from './command-service.js'
import { fullNameOf } from './lifecycle-publisher.js'
import type { BulkService } from './people/bulk-service.js'
import { idOf } from './task-service.js'

/** `tasker.steps`. */
export class StepService implements StepsApi {
  readonly #store: Store
  readonly #commands: CommandService
  readonly #bulk: BulkService
  readonly #maxResultBytes: number

  constructor(store: Store, commands: CommandService, bulk: BulkService, maxResultBytes: number) {
    this.#store = store
    this.#bulk = bulk
    this.#commands = commands
    this.#maxResultBytes = maxResultBytes
  }

  async get(reference: StepReference): Promise<StepView> {
    const { taskId, stepName } = parse(reference)
    const task = await this.#store.getTask(taskId)
    if (task === undefined) throw new TaskNotFoundError(taskId)
    const step = task.steps.find((each) => each.name === stepName || each.id === stepName)
    if (step) return step
    throw new StepNotFoundError(
      fullNameOf(task),
      stepName,
      task.steps.map((each) => each.name),
    )
  }

  cancel(step: StepReference, { propagate = true, ...options }: CommandOptions & { propagate?: boolean } = {}) {
    return this.#command('step.cancel', step, options, { propagate })
  }

  retry(step: StepReference, { newKey = false, ...options }: CommandOptions & { newKey?: boolean } = {}) {
    return this.#command('step.retry', step, options, { newKey })
  }

  async resolve(step: StepReference, { results, ...options }: CommandOptions & { results?: unknown } = {}) {
    if (results === undefined) return this.#command('step.resolve', step, options, {})
    const stored = assertStorable(`The results for ${parse(step).stepName}`, results, this.#maxResultBytes)
    return this.#command('step.resolve', step, options, { results: stored })
  }

  skip(step: StepReference, options: CommandOptions = {}): Promise<StepView> {
    return this.#command('step.skip', step, options, {})
  }

  retryMany(filter: StepFilter, options: BulkOptions & { newKey?: boolean } = {}): Promise<BulkReport> {
    return this.#bulk.steps('step.retry', filter, options, { newKey: options.newKey ?? false })
  }

  cancelMany(filter: StepFilter, options: BulkOptions & { propagate?: boolean } = {}): Promise<BulkReport> {
    return this.#bulk.steps('step.cancel', filter, options, { propagate: options.propagate ?? true })
  }

  async resolveMany(filter: StepFilter, options: BulkOptions & { results?: unknown } = {}): Promise<BulkReport> {
    const { results } = options
    if (results === undefined) return this.#bulk.steps('step.resolve', filter, options)
    const stored = assertStorable('The results', results, this.#maxResultBytes)
    return this.#bulk.steps('step.resolve', filter, options, { results: stored })
  }

  skipMany(filter: StepFilter, options?: BulkOptions): Promise<BulkReport> {
    return this.#bulk.steps('step.skip', filter, options)
  }

  async #command(
    kind: CommandKind,
    reference: StepReference,
    options: CommandOptions,
    args: Readonly<Record<string, unknown>>,
  ): Promise<StepView> {
    const { name, taskId } = await this.get(reference)
    await this.#commands.send({ ...options, kind, taskId, stepName: name, args })
    return this.get({ task: taskId, step: name })
  }
}

/** @throws StepReferenceError */
function parse(reference: StepReference): { readonly taskId: string; readonly stepName: string } {
  const given: unknown = reference
  if (typeof given === 'object' && given !== null) {
    const { task, step } = given as { readonly task?: TaskReference; readonly step?: unknown }
    if (task !== undefined && typeof step === 'string') return { taskId: idOf(task), stepName: step }
  }
  if (typeof given === 'string') {
    const [, taskId, stepName] = /^([^/]+)\/(.+)$/s.exec(given) ?? []
    if (taskId !== undefined) return { taskId, stepName: stepName! }
  }
  throw new StepReferenceError(reference)
}
