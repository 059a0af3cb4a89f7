import fc from 'fast-check'
import { type DefinedTask, defineTask, PermanentError } from '../../../core/index.js'

type Ending = 'succeeds' | 'fails' | 'fails for good'

/** One step of a random task. */
export interface RandomStep {
  /** Positions of the steps that it depends on, all before its own. */
  readonly parents: readonly number[]
  /** How its handler's calls end, in order; further ones succeed. */
  readonly endings: readonly Ending[]
  readonly limit: number
  readonly skips: boolean
}

/** Tasks of up to six steps. */
export const randomSteps: fc.Arbitrary<readonly RandomStep[]> = fc
  .integer({ min: 1, max: 6 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, position) => randomStep(position))))

function randomStep(position: number): fc.Arbitrary<RandomStep> {
  const earlier = Array.from({ length: position }, (_, index) => index)
  return fc.record({
    parents: fc.subarray(earlier, { maxLength: Math.min(3, position) }),
    endings: fc.array(endings, { maxLength: 3 }),
    limit: fc.integer({ min: 1, max: 3 }),
    skips: fc.boolean(),
  })
}

const endings = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Ending>('succeeds') },
  { weight: 4, arbitrary: fc.constant<Ending>('fails') },
  { weight: 1, arbitrary: fc.constant<Ending>('fails for good') },
)

export function nameAt(position: number): string {
  return `step_${position}`
}

/** The task that behaves as its random steps say. */
export function toTask(steps: readonly RandomStep[]): DefinedTask {
  let task = defineTask({ name: 'random' }) as unknown as LooseChain
  for (const [position, { parents, endings, limit, skips }] of steps.entries()) {
    let calls = 0
    const options = {
      dependsOn: parents.map(nameAt),
      retry: { limit },
      ...(skips ? { skippable: true, onFailure: 'skip' } : {}),
    }
    task = task.step(nameAt(position), options, async () => {
      const ending = endings[calls++] ?? 'succeeds'
      if (ending === 'fails') throw new Error(`call ${calls} failed`)
      if (ending === 'fails for good') throw new PermanentError(`call ${calls} failed for good`)
      return { position, calls }
    })
  }
  return task
}

/** A chain without its types, which grow with each step. */
interface LooseChain extends DefinedTask {
  step(name: string, options: object, handler: () => unknown): LooseChain
}

/** What must become of each step where no worker is lost: its state and its number of attempts. */
export function expectedSteps(steps: readonly RandomStep[]): readonly { state: string; attempts: number }[] {
  const expected: { state: string; attempts: number }[] = []
  for (const { parents, endings, limit, skips } of steps) {
    const isReady = parents.every((parent) => ['complete', 'resolved_manually'].includes(expected[parent]!.state))
    expected.push(isReady ? ended(endings, limit, skips) : { state: 'pending', attempts: 0 })
  }
  return expected
}

function ended(endings: readonly Ending[], limit: number, skips: boolean): { state: string; attempts: number } {
  for (let attempts = 1; ; attempts++) {
    const ending = endings[attempts - 1] ?? 'succeeds'
    if (ending === 'succeeds') return { state: 'complete', attempts }
    if (ending === 'fails for good' || attempts === limit) {
      return { state: skips ? 'resolved_manually' : 'error', attempts }
    }
  }
}
