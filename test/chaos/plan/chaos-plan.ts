import { Chance } from './chance.js'
import type { PlanSize } from './plan-size.js'
import { type ShapeName, type ShapeStep, shapes } from './shapes.js'
import type { ScriptedContext, StepScript } from './step-script.js'

/** One task that a run creates. */
export interface PlannedTask {
  readonly key: string
  readonly shape: ShapeName
  readonly context: ScriptedContext
  /** When it is created, in milliseconds after the first workers run. */
  readonly afterMs: number
  /** A worker creates it, and may own it from the start; else a process that runs nothing does. */
  readonly isCreatedByWorker: boolean
}

/** What a run does, all of it from its seed. */
export interface ChaosPlan {
  readonly seed: number
  readonly workerCount: number
  readonly tasks: readonly PlannedTask[]
}

/** @param hasDeadlyTask whether the first task kills the processes that run it */
export function planOf(seed: number, size: PlanSize, hasDeadlyTask: boolean): ChaosPlan {
  const chance = new Chance(seed).for('plan')
  const workerCount = chance.between(...size.workers)
  const tasks = Array.from({ length: size.tasks }, (_, index) => {
    return planTask(chance, size, index, hasDeadlyTask && index === 0)
  })
  return { seed, workerCount, tasks }
}

function planTask(chance: Chance, size: PlanSize, index: number, isDeadly: boolean): PlannedTask {
  const shape: ShapeName = isDeadly ? 'deadly' : chance.pick(['line', 'line', 'diamond', 'fan', 'careful'])
  const key = `${shape}-${index + 1}`
  const steps = Object.entries<ShapeStep>(shapes[shape]).map(([name, { isRetryable }]) => {
    return [name, { ...planStep(chance, size, isRetryable), ...(name === 'explode' ? deadlyStep : {}) }] as const
  })
  return {
    key,
    shape,
    context: { key, steps: Object.fromEntries(steps) },
    afterMs: chance.between(0, size.creationMs),
    isCreatedByWorker: chance.onceIn(2),
  }
}

const deadlyStep: StepScript = { workMs: 30, isDeadly: true }

function planStep(chance: Chance, size: PlanSize, isRetryable: boolean): StepScript {
  const workMs = chance.onceIn(12) ? chance.between(size.stepMs, size.longStepMs) : chance.between(0, size.stepMs)
  const failsOn = chance.onceIn(40) ? 'all' : chance.onceIn(8) ? [1] : chance.onceIn(12) ? [1, 2] : undefined
  // One failure of a step that is not tried again is its last.
  return failsOn && (isRetryable || failsOn === 'all') ? { workMs, failsOn } : { workMs }
}
