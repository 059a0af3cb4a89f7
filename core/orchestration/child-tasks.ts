import type { Clock, Timer } from '../contracts/clock.js'
import type { IdSource } from '../contracts/id-source.js'
import type { Logger } from '../contracts/logger.js'
import type { Store } from '../contracts/store.js'
import type { ChildTask } from '../contracts/task-definition.js'
import type { Command } from '../contracts/task-request.js'
import { AncestorCancelledError, CommandFailedError, TooManyGenerationsError } from '../errors/task-errors.js'
import type { StepRecord, TaskRecord, TaskView } from '../workflow/task-record.js'
import type { DatabaseRetry } from './database-retry.js'
import { engineActor } from './engine-actor.js'

/** Most tasks one within another: each waits for the next, and a cancel goes from one to the next. */
const mostGenerations = 32

export interface ChildServices {
  readonly store: Store
  readonly databaseRetry: DatabaseRetry
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  /** How often the sweeper looks. */
  readonly sweepIntervalMs: number
}

/** What children need of parts that are made after the runs that have them. */
export interface ChildConnections {
  readonly creator: { createChild(childStep: ChildStep): Promise<unknown> }
  readonly commands: {
    /** Resolves when the command has been applied. */
    send(command: Pick<Command, 'taskId' | 'reason' | 'actor'> & { readonly kind: 'task.retry' }): Promise<unknown>
    forward(command: Command): Promise<void>
  }
}

/** A step that is a task of its own, in the attempt that begins that task. */
export interface ChildStep {
  readonly task: TaskRecord
  readonly step: StepRecord
  readonly child: ChildTask
  readonly context: unknown
  /** The event that admitted the attempt. */
  readonly causationId: string
}

/** Begins child tasks, and carries word between them and the tasks that wait for them. */
export class ChildTasks {
  readonly #services: ChildServices
  #connections: ChildConnections | undefined
  #underWay = 0
  #look: { readonly at: number; readonly timer: Timer } | undefined

  constructor(services: ChildServices) {
    this.#services = services
  }

  connect(connections: ChildConnections): void {
    this.#connections = connections
  }

  /** Whether a child is being begun, or word is on its way. */
  get isBusy(): boolean {
    return this.#underWay > 0
  }

  /**
   * Has the child of a step run: creates it, or sets it back if it had failed, or leaves it alone if it runs. A worker that takes over from
   * one that got half-way does it again. Gives the child if it was there already.
   */
  begin(childStep: ChildStep): Promise<TaskView | undefined> {
    return this.#counting(() => this.#begin(childStep))
  }

  /** The child as it is now; undefined if there is none. */
  view(childTaskId: string): Promise<TaskView | undefined> {
    const { store, databaseRetry } = this.#services
    return this.#counting(() => databaseRetry.until('reading child tasks', () => store.getTask(childTaskId)))
  }

  /** Brings commands that a commit has stored to the owners of their tasks. What fails here is found by the sweeper. */
  forward(commands: readonly Command[]): void {
    for (const command of commands) {
      this.#counting(() => this.#connections!.commands.forward(command)).catch((err) => {
        const { taskId, kind } = command
        this.#services.log.debug({ err, taskId, kind }, 'a command could not be brought to its task; it is tried again')
      })
    }
  }

  /**
   * Has children looked at again at a time, in milliseconds since 1970, if that comes before the next sweep, which sees to what comes
   * later.
   */
  lookBy(time: number): void {
    const { clock, sweepIntervalMs } = this.#services
    const now = clock.now()
    if (time > now + sweepIntervalMs * 2 || (this.#look !== undefined && this.#look.at <= time)) return
    this.#look?.timer.cancel()
    const look = (): void => {
      this.#look = undefined
      this.lookAtEnded().catch((err) => {
        this.#services.log.debug({ err }, 'children could not be looked at; the sweeper does it')
      })
    }
    this.#look = { at: time, timer: clock.setTimer(look, Math.max(0, time - now), { background: true }) }
  }

  /** Looks for nothing more. */
  stop(): void {
    this.#look?.timer.cancel()
    this.#look = undefined
  }

  /** Brings word of children that has been lost on its way, and has what took too long looked at. */
  async lookAtEnded(): Promise<void> {
    const createdAt = new Date(this.#services.clock.now()).toISOString()
    for (const { taskId, childTaskId } of await this.#services.store.childrenToLookAt(createdAt)) {
      const id = this.#services.ids.next()
      const reason = 'it was time to look at its child task'
      const about = { id, taskId, kind: 'child.ended', stepName: null, reason, createdAt, replyTo: null } as const
      this.forward([{ ...about, actor: engineActor, args: { childTaskId } }])
    }
    const deadline = await this.#services.store.nextChildDeadline(createdAt)
    if (deadline !== undefined) this.lookBy(Date.parse(deadline))
  }

  async #begin(childStep: ChildStep): Promise<TaskView | undefined> {
    const { step } = childStep
    const existing = await this.view(step.childTaskId!)
    if (existing?.state !== 'error' || step.attempts === 1) return existing ?? (await this.#create(childStep))
    await this.#retry(childStep)
    return this.view(existing.id)
  }

  async #create(childStep: ChildStep): Promise<TaskView | undefined> {
    try {
      if (childStep.task.parentTaskId !== null) await this.#checkAncestors(childStep)
      await this.#connections!.creator.createChild(childStep)
      return undefined
    } catch (error) {
      // Whoever had the parent before may have created it in the meantime.
      const existing = await this.view(childStep.step.childTaskId!)
      if (existing === undefined) throw error
      return existing
    }
  }

  /** A task that is its own child would go on for ever, and faster than a cancel follows it. */
  async #checkAncestors({ task, step, child }: ChildStep): Promise<void> {
    const { store, databaseRetry } = this.#services
    const look = () => store.taskAncestors(task.id, mostGenerations)
    const ancestors = await databaseRetry.until('reading child tasks', look)
    if (ancestors.length >= mostGenerations - 1)
      throw new TooManyGenerationsError(`${child.namespace}.${child.name}`, mostGenerations)
    const cancelled = ancestors.find(({ state }) => state === 'cancelled')
    if (cancelled !== undefined) throw new AncestorCancelledError(step.name, cancelled.id)
  }

  async #retry({ task, step }: ChildStep): Promise<void> {
    const reason = `step ${step.name} of the task ${task.id} that waits for it is tried again`
    try {
      await this.#connections!.commands.send({
        kind: 'task.retry',
        taskId: step.childTaskId!,
        reason,
        actor: engineActor,
      })
    } catch (error) {
      // Somebody else was quicker: how it stands is looked at next.
      if (!(error instanceof CommandFailedError)) throw error
    }
  }

  async #counting<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1
    try {
      return await work()
    } finally {
      this.#underWay -= 1
    }
  }
}
