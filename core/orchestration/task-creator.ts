import type { Clock } from '../contracts/clock.js'
import type { CreatedTask } from '../contracts/created-task.js'
import type { Logger } from '../contracts/logger.js'
import type { Store, WrittenIdentity } from '../contracts/store.js'
import type { DefinedTask, TaskDefinition } from '../contracts/task-definition.js'
import type { TaskRequest } from '../contracts/task-request.js'
import { DatabaseUnavailableError } from '../errors/persistence-errors.js'
import { CreationGivenUpError, TaskOfManyRefusedError, TasksNotCreatedError } from '../errors/request-errors.js'
import { BypassRefusedError, ContextInvalidError } from '../errors/task-errors.js'
import { type FoldState, foldEvent } from '../workflow/fold.js'
import type { LogEvent } from '../workflow/log-entry.js'
import type { TaskRecord } from '../workflow/task-record.js'
import { assertStorable } from './assert-storable.js'
import type { ChildStep } from './child-tasks.js'
import { type CommittedCreation, Creation } from './creation.js'
import { type ChildPlace, carriedResults, creationEvents, type RerunFacts } from './creation-events.js'
import type { DatabaseRetry } from './database-retry.js'
import type { HookRegistry } from './hook-registry.js'
import type { Journal } from './journal.js'
import { fullNameOf, type LifecyclePublisher } from './lifecycle-publisher.js'
import { concurrencyKeyOf } from './limits/concurrency-key.js'
import { assertTaskRequest } from './request-check.js'
import { identityOf, type RequestIdentity } from './request-identity.js'
import type { OrchestrationSettings } from './settings.js'
import type { StoredDefinitions } from './stored-definitions.js'
import { untilGivenUp } from './until-given-up.js'
import type { WakeUps } from './wake-ups.js'
import type { Worker } from './worker.js'

export interface CreatorServices {
  readonly store: Store
  readonly journal: Journal
  readonly databaseRetry: DatabaseRetry
  readonly publisher: LifecyclePublisher
  readonly clock: Clock
  readonly hooks: HookRegistry
  readonly wakeUps: WakeUps
  readonly worker: Worker
  readonly settings: OrchestrationSettings
  readonly definitions: StoredDefinitions
  readonly log: Logger
  /** Whether this process has the handlers of a definition. */
  isRegistered(definition: TaskDefinition): boolean
  /** The definition that a request asks for. Throws with the choices if there is none. */
  requireDefinition(request: TaskRequest): DefinedTask
}

/** How many of many tasks are put together at once: enough for the commits that may be under way. */
const begunAtOnce = 512

/** Most creations that wait for a database that is away. */
const mostWaiting = 10_000

export interface CreationOptions {
  readonly defined?: DefinedTask
  /** Ends the wait of the caller. */
  readonly signal?: AbortSignal | undefined
  /** It runs another task again; whatever its request says, it is no duplicate of that. */
  readonly rerun?: RerunFacts
  /** What the request is known by, in place of what it, its task or the configuration say; null: by nothing. */
  readonly identity?: RequestIdentity | null
}

/** A request that may be stored. */
interface CheckedRequest {
  readonly definition: TaskDefinition
  readonly request: TaskRequest
  readonly context: unknown
  /** Absent: it is known by nothing. */
  readonly identity: RequestIdentity | undefined
  /** Absent: it shares no limit. */
  readonly concurrencyKey: string | undefined
  readonly rerun?: RerunFacts | undefined
}

/** Creates tasks: checks the request, stores the task with its steps and first events in one commit, and has it run. */
export class TaskCreator {
  readonly #services: CreatorServices
  #underWay = 0

  constructor(services: CreatorServices) {
    this.#services = services
  }

  async create(request: TaskRequest, options: CreationOptions = {}): Promise<CreatedTask> {
    const { defined, signal } = options
    return this.#counting(1, async () => {
      const accepted = await untilGivenUp(signal, this.#check(request, defined), (reason) => {
        throw new CreationGivenUpError(`task ${request.name}`, undefined, reason)
      })
      const checked = asOrdered(accepted, options)
      const { creation, task } = this.#begin(checked)
      return untilGivenUp(signal, task, (reason) => {
        const mayExist = !creation.withdraw(reason)
        throw new CreationGivenUpError(fullNameOf(checked.definition), mayExist ? creation.taskId : undefined, reason)
      })
    })
  }

  /** Creates the task that a step of another is, under the id that the step has given it. */
  async createChild({ task, step, child, context, causationId }: ChildStep): Promise<TaskRecord> {
    const { namespace, name, version, defined } = child
    const request: TaskRequest = {
      namespace,
      name,
      ...(version === undefined ? {} : { version }),
      context,
      initiator: task.initiator,
      sourceSystem: task.sourceSystem,
      reason: `step ${step.name} of ${fullNameOf(task)} ${task.id}`,
      tags: task.tags,
      priority: task.priority,
      correlationId: task.correlationId,
      ...(task.traceparent === null ? {} : { traceparent: task.traceparent }),
    }
    const checked = await this.#check(request, defined)
    // Each step that is a child has one of its own, whatever the requests for such tasks are known by.
    const unknown = { ...checked, identity: undefined }
    return this.#begin(unknown, {
      taskId: step.childTaskId!,
      parentTaskId: task.id,
      parentStepId: step.id,
      causationId,
    }).task
  }

  /**
   * Creates many tasks, all checked before the first is stored. They share commits, a few hundred tasks each, so that one commit's
   * refusal leaves those of others: then the error says which tasks there are.
   */
  async createMany(requests: readonly TaskRequest[], defined?: DefinedTask): Promise<readonly CreatedTask[]> {
    return this.#counting(requests.length, () => this.#createAll(requests, defined))
  }

  async #createAll(requests: readonly TaskRequest[], defined?: DefinedTask): Promise<readonly CreatedTask[]> {
    const checked: CheckedRequest[] = []
    for (const index of requests.keys()) checked.push(await this.#checkOneOf(requests, index, defined))
    const settled: PromiseSettledResult<CreatedTask>[] = []
    // What is put together in advance is held in memory for as long as the others take.
    for (let next = 0; next < checked.length; next += begunAtOnce) {
      const begun = checked.slice(next, next + begunAtOnce).map((each) => this.#begin(each).task)
      settled.push(...(await Promise.allSettled(begun)))
    }
    const created = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const failed = settled.find((each) => each.status === 'rejected')
    if (failed !== undefined)
      throw new TasksNotCreatedError(
        created.map(({ id }) => id),
        requests.length,
        failed.reason,
      )
    return created
  }

  async #checkOneOf(
    requests: readonly TaskRequest[],
    index: number,
    defined: DefinedTask | undefined,
  ): Promise<CheckedRequest> {
    try {
      return await this.#check(requests[index]!, defined)
    } catch (error) {
      throw new TaskOfManyRefusedError(index, requests.length, error)
    }
  }

  async #check(request: TaskRequest, defined: DefinedTask | undefined): Promise<CheckedRequest> {
    assertTaskRequest(request)
    const { definition } = defined ?? this.#services.requireDefinition(request)
    const { context: given, ...fields } = request
    assertStorable(`The request for ${fullNameOf(definition)}`, fields, this.#services.settings.maxContextBytes)
    const context = await this.checkContext(definition, given)
    checkBypass(definition, request.bypassSteps ?? [])
    const { namespace, name, version } = definition
    await this.#services.hooks.ask('beforeTaskCreate', { namespace, name, version, context, request })
    await this.#storeDefinition(definition)
    const identity = identityOf(definition, request, context, this.#services.settings.identity)
    const concurrencyKey = concurrencyKeyOf(definition, request, context)
    return { definition, request, context, identity, concurrencyKey }
  }

  /**
   * The context as it is stored.
   *
   * @throws ContextInvalidError, NotStorableError
   */
  async checkContext(definition: TaskDefinition, given: unknown): Promise<unknown> {
    const task = fullNameOf(definition)
    const { maxContextBytes } = this.#services.settings
    const context = assertStorable(`The context for ${task}`, given === undefined ? {} : given, maxContextBytes)
    const checked = await definition.context?.check(context)
    if (checked && !checked.ok) throw new ContextInvalidError(task, checked.problems)
    return checked?.value ?? context
  }

  async #storeDefinition(definition: TaskDefinition): Promise<void> {
    const { definitions } = this.#services
    if (definitions.has(definition)) return
    if (!this.#services.isRegistered(definition)) {
      const task = fullNameOf(definition)
      // Right where workers are other processes; a mistake, and a task that waits, where they are not.
      this.#services.log.warn(
        { task },
        `${task} is created here but not registered: it runs on a worker that has its handlers`,
      )
    }
    await definitions.require(definition)
  }

  #begin(checked: CheckedRequest, child?: ChildPlace): { creation: Creation; task: Promise<CreatedTask> } {
    const { definition, request, context, identity, concurrencyKey, rerun } = checked
    const { journal, worker, publisher, clock } = this.#services
    const now = clock.now()
    const taskId = child?.taskId ?? publisher.ids.next()
    const parked = worker.isPaused(definition) ? 'paused' : undefined
    const occurredAt = new Date(now).toISOString()
    const created = {
      taskId,
      definition,
      request,
      context,
      occurredAt,
      child,
      identityHash: identity?.hash,
      concurrencyKey,
      parked,
      rerun,
    } as const
    const events = creationEvents(publisher, created)
    const state: FoldState = { task: undefined, steps: new Map() }
    events.forEach((event, index) => {
      foldEvent(state, taskId, event, { entry: 1, index })
    })
    // One with a concurrency key is claimed under the lock of its key.
    const isFree = parked === undefined && state.task!.concurrencyKey === null
    const isDue = isFree && state.task!.dueAt! <= occurredAt
    const owner = isDue && worker.serves(definition) ? worker : undefined
    const creation = new Creation(state, events, owner, {
      identity: identity && writtenAt(identity, now),
      results: carriedResults(rerun),
    })
    worker.requests.expect(taskId)
    journal.enqueue(creation)
    const task = this.#created(creation, checked, events).finally(() => worker.requests.forget(taskId))
    return { creation, task }
  }

  async #created(creation: Creation, checked: CheckedRequest, events: readonly LogEvent[]): Promise<CreatedTask> {
    const done = await creation.done
    if ('duplicateOf' in done) return this.#earlier(checked, done.duplicateOf)
    const { task, logId } = done
    this.#services.publisher.publishCommitted(task.id, logId, events)
    this.#haveItRun(done)
    return task
  }

  /** The task that has the identity of the request; created again if that one was taken away in between. */
  async #earlier(checked: CheckedRequest, taskId: string): Promise<CreatedTask> {
    const { store, databaseRetry, log } = this.#services
    const task = await databaseRetry.until('looking for earlier tasks', () => store.getTaskRecord(taskId))
    if (task === undefined) return this.#begin(checked).task
    log.debug({ taskId, task: fullNameOf(task) }, 'a request was a duplicate: its task is that of an earlier one')
    return { ...task, isDuplicate: true }
  }

  /** What waits for a database that is away is held in memory, with its context: there is a limit. */
  async #counting<T>(count: number, work: () => Promise<T>): Promise<T> {
    if (!this.#services.journal.isHealthy && this.#underWay + count > mostWaiting)
      throw new DatabaseUnavailableError(`${this.#underWay} creations wait for it already, as many as may`)
    this.#underWay += count
    try {
      return await work()
    } finally {
      this.#underWay -= count
    }
  }

  #haveItRun({ task, logId, commit, runner }: CommittedCreation): void {
    const { worker, wakeUps, clock } = this.#services
    worker.requests.created(task)
    if (runner !== undefined) {
      worker.requests.takenUp(task.id)
      // Whoever has created it has its id before its first step begins.
      setImmediate(() => runner.created(logId, commit))
    } else if (task.parked === null) {
      const subject = { taskId: task.id, correlationId: task.correlationId }
      void wakeUps.enqueue(task, clock.now(), subject, commit.wakeUpFailure)
    }
  }
}

/** What the engine itself orders of a task goes before what its request says. */
function asOrdered(accepted: CheckedRequest, { identity, rerun }: CreationOptions): CheckedRequest {
  if (rerun !== undefined) return { ...accepted, identity: undefined, rerun }
  return identity === undefined ? accepted : { ...accepted, identity: identity ?? undefined }
}

function writtenAt({ hash, windowMs }: RequestIdentity, now: number): WrittenIdentity {
  return { hash, expiresAt: windowMs === null ? null : new Date(now + windowMs).toISOString() }
}

function checkBypass(definition: TaskDefinition, bypassSteps: readonly string[]): void {
  const byName = new Map(definition.steps.map((step) => [step.name, step]))
  const unknown = bypassSteps.filter((name) => !byName.has(name))
  const unskippable = bypassSteps.filter((name) => byName.get(name)?.skippable === false)
  if (unknown.length + unskippable.length === 0) return
  const skippable = definition.steps.filter((step) => step.skippable).map((step) => step.name)
  throw new BypassRefusedError(fullNameOf(definition), unknown, unskippable, skippable)
}
