import fc from 'fast-check'

export type Ending = 'succeeds' | 'fails' | 'asks for time' | 'fails for good'
/** How the attempts of a step end, in order; further ones succeed. */
export type Endings = readonly Ending[]

/** What kind of step it is, and what only that kind has. */
export type PlannedKind =
  | { readonly is: 'run' }
  /** A step for each element of a list. */
  | { readonly is: 'each'; readonly elements: readonly Endings[]; readonly concurrency: number }
  /** A task of its own, its steps one after the other. */
  | { readonly is: 'child'; readonly steps: readonly Endings[]; readonly limit: number }
  /** Chooses among later steps: bit n says whether its branch n is chosen. */
  | { readonly is: 'decide'; readonly chosen: number }

/** One step of a drawn task. */
export interface PlannedStep {
  readonly kind: PlannedKind
  /** Positions of the steps that it depends on, all before its own. */
  readonly parents: readonly number[]
  /** Picks the decision before it that it is a branch of, if there is one; absent: it is no branch. */
  readonly branchOf: number | undefined
  readonly endings: Endings
  readonly limit: number
  readonly retryable: boolean
  readonly skippable: boolean
  /** Whether its last failure skips it; only where skippable. */
  readonly skipsFailure: boolean
  /** Its handler does not hear its signal, and ends only when the plan says so. */
  readonly isDeaf: boolean
  /** Whether it calls the system that has limits. */
  readonly isLimited: boolean
}

/** What steps have to pass besides their dependencies, and tasks besides their time; absent: there is no such limit. */
export interface PlannedLimits {
  /** Most calls of the system at once. */
  readonly concurrency: number | undefined
  /** Calls of the system that may begin in a second. */
  readonly perSecond: number | undefined
  /** Most tasks in progress at once; all have the same key. */
  readonly ofKey: number | undefined
}

/** What happens next. `which` picks among the calls that run, `step` among the steps of a task, `task` among the tasks there are. */
export type Act =
  | { readonly do: 'end a call'; readonly which: number }
  | { readonly do: 'let time pass'; readonly ms: number }
  | { readonly do: 'lose the worker' }
  | { readonly do: 'create another' }
  | { readonly do: StepCommand; readonly step: number; readonly task: number }
  | { readonly do: TaskCommand; readonly task: number }
  | { readonly do: 'run again'; readonly step: number; readonly task: number }

export type StepCommand = 'cancel step' | 'resolve step' | 'skip step' | 'retry step'
export type TaskCommand = 'cancel' | 'retry' | 'resolve' | 'pause' | 'resume'

export interface Plan {
  readonly steps: readonly PlannedStep[]
  /** Most steps that run at once. */
  readonly concurrency: number
  readonly limits: PlannedLimits
  /** What happens first; after that all calls end and time passes until the task has ended. */
  readonly acts: readonly Act[]
  readonly seed: number
}

/** Graphs of up to eight steps with what happens to them. */
export const plans: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.record({
    steps: fc.tuple(...Array.from({ length: size }, (_, position) => plannedStep(position))),
    concurrency: fc.integer({ min: 1, max: 4 }),
    limits: fc.record({
      concurrency: limitOrNone({ min: 1, max: 2 }),
      perSecond: limitOrNone({ min: 1, max: 20 }),
      ofKey: limitOrNone({ min: 1, max: 2 }),
    }),
    acts: fc.array(act, { maxLength: 20 }),
    seed: fc.nat(10_000),
  }),
)

const ending = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Ending>('succeeds') },
  { weight: 4, arbitrary: fc.constant<Ending>('fails') },
  { weight: 1, arbitrary: fc.constant<Ending>('asks for time') },
  { weight: 1, arbitrary: fc.constant<Ending>('fails for good') },
)
const endings = fc.array(ending, { maxLength: 3 })
const limit = fc.integer({ min: 1, max: 3 })

const kind: fc.Arbitrary<PlannedKind> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('run' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('each' as const),
      elements: fc.array(endings, { maxLength: 4 }),
      concurrency: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('child' as const),
      steps: fc.array(endings, { minLength: 1, maxLength: 2 }),
      limit,
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('decide' as const), chosen: fc.nat(7) }) },
)

const which = fc.nat(7)
const of = <T extends string>(...names: readonly T[]) => fc.constantFrom(...names)

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ do: of('end a call'), which }) },
  { weight: 3, arbitrary: fc.record({ do: of('let time pass'), ms: fc.constantFrom(500, 5_000, 60_000) }) },
  { weight: 2, arbitrary: fc.record({ do: of('lose the worker') }) },
  { weight: 1, arbitrary: fc.record({ do: of('create another') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: of<StepCommand>('cancel step', 'resolve step', 'skip step', 'retry step'),
      step: which,
      task: which,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: of<TaskCommand>('cancel', 'retry', 'resolve', 'pause', 'resume'), task: which }),
  },
  { weight: 1, arbitrary: fc.record({ do: of('run again'), step: which, task: which }) },
)

function plannedStep(position: number): fc.Arbitrary<PlannedStep> {
  const earlier = Array.from({ length: position }, (_, index) => index)
  return fc.record({
    kind,
    parents: fc.subarray(earlier, { maxLength: Math.min(3, position) }),
    branchOf: fc.option(which, { nil: undefined }),
    endings,
    limit,
    retryable: mostly(true),
    skippable: fc.boolean(),
    skipsFailure: mostly(false),
    isDeaf: mostly(false),
    isLimited: fc.boolean(),
  })
}

/** Half of the plans have it. It shrinks to none. */
function limitOrNone(range: fc.IntegerConstraints): fc.Arbitrary<number | undefined> {
  return fc.option(fc.integer(range), { nil: undefined, freq: 2 })
}

/** True or false, one of them rarely; it shrinks to the usual one. */
function mostly(usual: boolean): fc.Arbitrary<boolean> {
  return fc.nat(5).map((drawn) => (drawn === 5 ? !usual : usual))
}
