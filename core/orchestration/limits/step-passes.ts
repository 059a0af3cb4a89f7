import type { StepRecord } from '../../workflow/task-record.js'
import type { Permit, SystemGate } from './system-gate.js'
import type { SystemLimits } from './system-limits.js'
import type { Waiter } from './waiting-line.js'

/** The run that steps belong to. */
export interface PassHolder {
  readonly taskId: string
  readonly taskPriority: number
  /** Most steps of it that may run at once: more need not wait at once either. */
  readonly mostSteps: number
  /** Something has changed: the next commit is to be prepared. */
  wake(): void
}

interface Pass {
  readonly gate: SystemGate
  readonly waiter: Waiter
  state: 'waiting' | 'granted' | 'taken'
  permit?: Permit
}

/**
 * What the steps of one run need of the limits of the systems that they call: each waits for its pass before it is admitted, and gives
 * it back when its handler has settled. Made for a run when the first of its steps calls a system that is limited.
 */
export class StepPasses {
  readonly #limits: SystemLimits
  readonly #holder: PassHolder
  readonly #passes = new Map<string, Pass>()
  #isHeld = false
  #parkAt: number | undefined

  constructor(limits: SystemLimits, holder: PassHolder) {
    this.#limits = limits
    this.#holder = holder
  }

  /** Whether a ready step may be admitted; one that may not gets in line. Asked of a step that will be admitted if it may. */
  tryPass(step: StepRecord, stepPriority: number): boolean {
    const pass = this.#passes.get(step.name)
    if (pass === undefined) return this.#enter(step, stepPriority)
    if (pass.state !== 'granted') return pass.state === 'taken'
    pass.state = 'taken'
    pass.permit = pass.gate.take()
    return true
  }

  /** Steps that are no longer ready leave their lines, before others are let in: the places that they had are few. */
  keepOnly(ready: ReadonlySet<string>): void {
    for (const [name, pass] of this.#passes) if (pass.state !== 'taken' && !ready.has(name)) this.#drop(name, pass)
  }

  /** What was granted and is not needed goes to others. */
  returnUnused(): void {
    for (const [name, pass] of this.#passes) if (pass.state === 'granted') this.#drop(name, pass)
  }

  /**
   * Says whether nothing of the task runs, and gives until when it had better wait without an owner; undefined while it does not,
   * because its turn comes soon.
   */
  parkUntil(ready: ReadonlySet<string>, isRunning: boolean): number | undefined {
    let waiting = 0
    for (const { state } of this.#passes.values()) if (state === 'waiting') waiting += 1
    const isHeld = !isRunning && waiting > 0 && waiting >= Math.min(ready.size, this.#holder.mostSteps)
    this.#setHeld(isHeld)
    // Remembered while it is being parked: nobody is to give it another turn.
    if (!isHeld) this.#parkAt = undefined
    return this.#parkAt
  }

  /** The permit of an admitted step that begins; whoever takes it gives it back when the handler has settled. */
  takePermit(stepName: string): Permit | undefined {
    const permit = this.#passes.get(stepName)?.permit
    if (permit !== undefined) this.#passes.delete(stepName)
    return permit
  }

  /** Gives back all that has not been started. */
  drop(): void {
    for (const [name, pass] of this.#passes) this.#drop(name, pass)
    this.#parkAt = undefined
    this.#setHeld(false)
  }

  #drop(stepName: string, { state, gate, waiter, permit }: Pass): void {
    this.#passes.delete(stepName)
    if (state === 'waiting') gate.leave(waiter)
    else if (state === 'granted') gate.returnUnused()
    else permit?.giveBack()
  }

  #enter(step: StepRecord, stepPriority: number): boolean {
    const gate = this.#limits.gateOf(step.dependentSystem)
    if (gate === undefined) return true
    if (this.#passes.size >= this.#holder.mostSteps) return false
    const isIdle = () => this.#isHeld && this.#parkAt === undefined
    const { taskId, taskPriority } = this.#holder
    const pass: Pass = {
      gate,
      state: 'waiting',
      waiter: {
        taskId,
        taskPriority,
        stepPriority,
        position: step.position,
        get isIdle() {
          return isIdle()
        },
        grant: () => {
          pass.state = 'granted'
          this.#holder.wake()
        },
        park: (until) => {
          this.#parkAt = until
          this.#holder.wake()
        },
      },
    }
    this.#passes.set(step.name, pass)
    gate.enter(pass.waiter)
    return false
  }

  #setHeld(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return
    this.#isHeld = isHeld
    this.#limits.noteHeld(isHeld ? 1 : -1)
  }
}
