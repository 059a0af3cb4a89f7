import fc from 'fast-check'

export type Ending = 'succeeds' | 'fails' | 'fails for good'

/** One step of a drawn task. */
export interface PlannedStep {
  /** Positions of the steps that it depends on, all before its own. */
  readonly parents: readonly number[]
  /** How its attempts end, in order; further ones succeed. */
  readonly endings: readonly Ending[]
  readonly limit: number
  readonly retryable: boolean
  readonly skippable: boolean
  /** Whether its last failure skips it; only where skippable. */
  readonly skipsFailure: boolean
  /** Its handler does not hear its signal, and ends only when the schedule says so. */
  readonly isDeaf: boolean
}

/** What happens next. `which` picks among what is there: calls that run, steps of the task. */
export type Act =
  | { readonly do: 'end a call'; readonly which: number }
  | { readonly do: 'let time pass'; readonly ms: number }
  | { readonly do: 'lose the worker' }
  | { readonly do: 'cancel' | 'resolve' | 'skip' | 'retry'; readonly which: number }
  | { readonly do: 'cancel the task' | 'retry the task' | 'resolve the task' }

export interface Plan {
  readonly steps: readonly PlannedStep[]
  /** Most steps that run at once. */
  readonly concurrency: number
  /** What happens first; after that all calls end and time passes until the task has ended. */
  readonly acts: readonly Act[]
  readonly seed: number
}

const which = fc.nat(7)

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ do: fc.constant('end a call' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('let time pass' as const), ms: fc.constantFrom(500, 5_000, 60_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose the worker' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('cancel', 'resolve', 'skip', 'retry'), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cancel the task', 'retry the task', 'resolve the task') }) },
)

const ending = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Ending>('succeeds') },
  { weight: 4, arbitrary: fc.constant<Ending>('fails') },
  { weight: 1, arbitrary: fc.constant<Ending>('fails for good') },
)

/** Graphs of up to eight steps with what happens to them. */
export const plans: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.record({
    steps: fc.tuple(...Array.from({ length: size }, (_, position) => plannedStep(position))),
    concurrency: fc.integer({ min: 1, max: 4 }),
    acts: fc.array(act, { maxLength: 20 }),
    seed: fc.nat(10_000),
  }),
)

function plannedStep(position: number): fc.Arbitrary<PlannedStep> {
  const earlier = Array.from({ length: position }, (_, index) => index)
  return fc.record({
    parents: fc.subarray(earlier, { maxLength: Math.min(3, position) }),
    endings: fc.array(ending, { maxLength: 3 }),
    limit: fc.integer({ min: 1, max: 3 }),
    retryable: mostly(true),
    skippable: fc.boolean(),
    skipsFailure: mostly(false),
    isDeaf: mostly(false),
  })
}

/** True or false, one of them rarely; it shrinks to the usual one. */
function mostly(usual: boolean): fc.Arbitrary<boolean> {
  return fc.nat(5).map((drawn) => (drawn === 5 ? !usual : usual))
}
