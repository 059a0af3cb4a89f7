import type { StepRecord } from '../../workflow/task-record.js'
import type { Permit, SystemGate } from './system-gate.js'
import type { SystemLimits } from './system-limits.js'
import type { Waiter } from './waiting-line.js'

/** The run that steps belong to. */
export interface PassHolder {
  readonly taskId: string
  readonly taskPriority: number
  /** Most steps of it that may run at once: more need not wait for one system at once either. */
  readonly mostSteps: number
  /** Something has changed: the next commit is to be prepared. */
  wake(): void
}

interface Pass {
  readonly gate: SystemGate
  readonly waiter: Waiter
  state: 'waiting' | 'granted' | 'taken'
  permit?: Permit
  /** Its gate would rather have the task wait without an owner, until then. Remembered: it is not to be given another turn. */
  parkAt?: number
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

  /** Steps that are neither ready nor admitted leave their lines, before others are let in: the places that they had are few. */
  keepOnly(ready: ReadonlySet<string>, running: ReadonlySet<string>): void {
    for (const [name, pass] of this.#passes) if (!ready.has(name) && !running.has(name)) this.#drop(name, pass)
  }

  /** What was granted and is not needed goes to others. */
  returnUnused(): void {
    for (const [name, pass] of this.#passes) if (pass.state === 'granted') this.#drop(name, pass)
  }

  /**
   * Says whether nothing of the task runs, and gives until when it had better wait without an owner; undefined while it does not,
   * because the turn of one of its steps comes soon.
   */
  parkUntil(ready: ReadonlySet<string>, isRunning: boolean): number | undefined {
    const waiting = [...this.#passes.values()].filter(({ state }) => state === 'waiting')
    const isHeld = !isRunning && waiting.length > 0 && waiting.length >= Math.min(ready.size, this.#holder.mostSteps)
    this.#setHeld(isHeld)
    if (!isHeld) for (const pass of waiting) delete pass.parkAt
    const times = waiting.map(({ parkAt }) => parkAt)
    return isHeld && times.every((time) => time !== undefined) ? Math.min(...times) : undefined
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
    if (this.#countAt(gate) >= this.#holder.mostSteps) return false
    const isIdle = () => this.#isHeld && pass.parkAt === undefined
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
          pass.parkAt = until
          this.#holder.wake()
        },
      },
    }
    this.#passes.set(step.name, pass)
    gate.enter(pass.waiter)
    return false
  }

  /** Steps that wait for another system, which may be closed for long, are in nobody's way. */
  #countAt(gate: SystemGate): number {
    let count = 0
    for (const pass of this.#passes.values()) if (pass.gate === gate) count += 1
    return count
  }

  #setHeld(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return
    this.#isHeld = isHeld
    this.#limits.noteHeld(isHeld ? 1 : -1)
  }
}
