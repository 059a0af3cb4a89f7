import { type DefinedTask, defineTask, type StepContext } from '../../../core/index.js'

export interface ShapeStep {
  readonly dependsOn: readonly string[]
  /** False: a loss of its worker leaves it in error for a person. */
  readonly isRetryable: boolean
}

type Shape = Readonly<Record<string, ShapeStep>>

const step = (...dependsOn: string[]): ShapeStep => ({ dependsOn, isRetryable: true })
const parts = Array.from({ length: 8 }, (_, index) => `part${index + 1}`)

/** The kinds of tasks of all runs: step by step, in order, with what each depends on. */
export const shapes = {
  line: { first: step(), second: step('first'), third: step('second'), fourth: step('third') },
  diamond: { top: step(), left: step('top'), right: step('top'), bottom: step('left', 'right') },
  fan: { split: step(), ...Object.fromEntries(parts.map((part) => [part, step('split')])), join: step(...parts) },
  /** Its second step must not be tried again where nobody knows how far it came. */
  careful: { prepare: step(), transfer: { dependsOn: ['prepare'], isRetryable: false }, report: step('transfer') },
  /** Its script has it kill its own process. */
  deadly: { approach: step(), explode: step('approach'), never: step('explode') },
} as const satisfies Readonly<Record<string, Shape>>

export type ShapeName = keyof typeof shapes

export const namespace = 'chaos'
const retry = { limit: 3, backoffMs: [30, 60] }

/** A chain whose steps have names that are computed. */
interface LooseChain extends DefinedTask {
  step(name: string, options: object, handler: (context: never) => unknown): LooseChain
}

/** The shapes as a worker registers them: each handler hands its context to `play`. */
export function defineShapes(play: (context: StepContext) => Promise<unknown>): ReadonlyMap<ShapeName, DefinedTask> {
  const define = (name: ShapeName): DefinedTask => {
    let chain = defineTask({ namespace, name, version: '1.0.0' }) as unknown as LooseChain
    for (const [stepName, { dependsOn, isRetryable }] of Object.entries<ShapeStep>(shapes[name])) {
      const options = { dependsOn, retryable: isRetryable, retry }
      chain = chain.step(stepName, options, (context: never) => play(context))
    }
    return chain
  }
  return new Map((Object.keys(shapes) as ShapeName[]).map((name) => [name, define(name)]))
}
