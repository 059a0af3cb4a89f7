import type { StepContext } from '../contracts/task-definition.js'
import { isLastChance } from './last-chances.js'
import { StepPasses } from './limits/step-passes.js'
import type { OwnedTask } from './owned-task.js'
import type { RunnerServices } from './runner-services.js'
import { StepClearances } from './step-clearances.js'

/** The run that the gates belong to. */
export interface GatedRun {
  readonly owned: OwnedTask
  /** The context of an attempt that is not started: for hooks that look at it. */
  rehearse(stepName: string): StepContext | undefined
  /** Has the run look again: something that was closed may be open. */
  wake(): void
  refuse(stepName: string, error: unknown): void
}

/**
 * What a ready step has to pass before it is admitted: the hooks that may refuse it, the limits of the system that it calls, and,
 * where it may be what kills its process, a turn by itself.
 */
export class StepGates {
  readonly #services: RunnerServices
  readonly #run: GatedRun
  readonly #clearances: StepClearances
  /** Made when the first of its steps calls a system that is limited. */
  #passes: StepPasses | undefined
  /** The step that runs by itself because of what it may do to its process. */
  #lastChance: string | undefined

  constructor(services: RunnerServices, run: GatedRun) {
    this.#services = services
    this.#run = run
    this.#clearances = new StepClearances(services.handlers, {
      onCleared: () => run.wake(),
      onRefused: (stepName, error) => run.refuse(stepName, error),
    })
  }

  /** Asks about ready steps what takes time to answer; what others waited for is asked for no more. */
  ask(ready: ReadonlySet<string>): void {
    this.#passes?.keepOnly(ready, this.#run.owned.running)
    this.#clearances.ask(ready, (name) => this.#run.rehearse(name))
  }

  /** Asked of a step that will be admitted if it is: what runs only by itself has its turn from here to its end. */
  letsPass(stepName: string): boolean {
    if (!this.#clearances.isCleared(stepName)) return false
    const { owned } = this.#run
    const step = owned.step(stepName)!
    if (this.#passes !== undefined || this.#services.limits.gateOf(step.dependentSystem) !== undefined)
      if (!this.#limitPasses.tryPass(step, owned.stepDefinition(stepName)?.priority ?? 0)) return false
    if (!isLastChance(step.ownerLosses)) return true
    if (!this.#services.lastChances.tryTake(this, () => this.#run.wake())) return false
    this.#lastChance = stepName
    return true
  }

  /** These are admitted: their next attempts are asked about anew. */
  admitted(stepNames: readonly string[]): void {
    for (const name of stepNames) this.#clearances.forget(name)
  }

  /** When the task is to be looked at again, in milliseconds, if it waits for nothing but limits, and for longer than it is worth keeping. */
  parkUntil(): number | undefined {
    const { ready, running, delegated } = this.#run.owned
    this.#passes?.returnUnused()
    return this.#passes?.parkUntil(ready, running.size + delegated.size > 0)
  }

  /** What an admitted step has drawn of the limits of its system. */
  takePermit(stepName: string): ReturnType<StepPasses['takePermit']> | undefined {
    return this.#passes?.takePermit(stepName)
  }

  /** The attempt of a step has ended. */
  ended(stepName: string): void {
    if (this.#lastChance !== stepName) return
    this.#lastChance = undefined
    this.#services.lastChances.release(this)
  }

  /** These were admitted by a write that was refused. */
  notAdmitted(stepNames: readonly string[]): void {
    this.#passes?.drop()
    if (this.#lastChance !== undefined && stepNames.includes(this.#lastChance)) this.ended(this.#lastChance)
  }

  /** Gives back all that the run has. */
  release(): void {
    this.#passes?.drop()
    this.#services.lastChances.release(this)
  }

  get #limitPasses(): StepPasses {
    const { limits, settings } = this.#services
    const { task, definition } = this.#run.owned
    this.#passes ??= new StepPasses(limits, {
      taskId: task.id,
      taskPriority: task.priority,
      mostSteps: Math.min(definition?.concurrency ?? Number.POSITIVE_INFINITY, settings.concurrentStepsPerTask),
      wake: () => this.#run.wake(),
    })
    return this.#passes
  }
}
