import type { CreatedTask } from '../../contracts/created-task.js'
import type { Store } from '../../contracts/store.js'
import type { DefinedTask, TaskDefinition } from '../../contracts/task-definition.js'
import type { TaskView } from '../../contracts/task-record.js'
import type { TaskRequest } from '../../contracts/task-request.js'
import type { RerunOptions } from '../../contracts/tasks-api.js'
import { RerunRefusedError } from '../../errors/people-errors.js'
import { TaskNotFoundError } from '../../errors/task-errors.js'
import { isOver } from '../../workflow/state-machines.js'
import type { HookRegistry } from '../hook-registry.js'
import { concurrencyKeyOf } from '../limits/concurrency-key.js'
import type { TaskCreator } from '../task-creator.js'
import { unnamedActor } from './asked-change.js'
import { assertAsked, assertRerun } from './command-checks.js'
import { planRerun } from './rerun-plan.js'

export interface RerunServices {
  readonly store: Pick<Store, 'getTask'>
  readonly hooks: HookRegistry
  readonly creator: TaskCreator
  requireDefinition(request: TaskRequest): DefinedTask
}

/** Runs tasks again from a step on: each time as a new task, linked to the other one. */
export class RerunService {
  readonly #services: RerunServices

  constructor(services: RerunServices) {
    this.#services = services
  }

  async rerun(taskId: string, options: RerunOptions): Promise<CreatedTask> {
    assertRerun(options)
    assertAsked('task.rerun', options)
    const { store, hooks, creator } = this.#services
    const { actor = unnamedActor } = options
    const from = typeof options.from === 'string' ? [options.from] : [...new Set(options.from)]
    const reason = options.reason ?? `runs task ${taskId} again from ${from.join(', ')}`
    await hooks.ask('beforeCommand', { kind: 'task.rerun', subject: { taskId }, actor, reason })
    const before = await store.getTask(taskId)
    if (before === undefined) throw new TaskNotFoundError(taskId)
    if (!isOver(before)) throw new RerunRefusedError(taskId, `it is ${before.state}`, { from, state: before.state })
    const { namespace, name } = before
    const version = options.version ?? before.version
    const defined = this.#services.requireDefinition({ namespace, name, version })
    const steps = planRerun(defined.definition, before, from)
    const carriedReason = `carried over from task ${taskId}`
    const rerun = { of: { taskId, from }, steps, actor, reason: carriedReason }
    return creator.create(requestOf(before, defined, { ...options, reason, actor }), { defined, rerun })
  }
}

/** What was said of the other task is said of the new one, but for who asks and why. */
function requestOf(
  before: TaskView,
  { definition }: DefinedTask,
  {
    reason,
    actor,
    context = before.context,
  }: Pick<RerunOptions, 'context'> & Required<Pick<RerunOptions, 'reason' | 'actor'>>,
): TaskRequest {
  const { namespace, name, version, steps } = definition
  const { sourceSystem, tags, priority, concurrencyKey, timeoutMs, correlationId, bypassSteps } = before
  const skippable = new Set(steps.filter((step) => step.skippable).map((step) => step.name))
  const request: TaskRequest = {
    ...{ namespace, name, version, context, reason, initiator: actor.id, sourceSystem, tags, priority, correlationId },
    bypassSteps: bypassSteps.filter((step) => skippable.has(step)),
    ...(timeoutMs === null ? {} : { timeoutMs }),
  }
  // One that was made of the context is made of the new one.
  const wasMade = context !== before.context && isMadeOf(definition, request, before)
  return concurrencyKey === null || wasMade ? request : { ...request, concurrencyKey }
}

function isMadeOf(definition: TaskDefinition, request: TaskRequest, { context, concurrencyKey }: TaskView): boolean {
  try {
    return concurrencyKeyOf(definition, { ...request, context }, context) === concurrencyKey
  } catch {
    // Its function makes nothing of the context before: then it has not made this key.
    return false
  }
}
