import fc from 'fast-check'
import type { Act, Ending, HoldCommand, Plan, PlannedKind, PlannedStep, StepCommand, TaskCommand } from './plan.js'

/** Graphs of up to eight steps with what happens to them. */
export const plans: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.record({
    steps: fc.tuple(...Array.from({ length: size }, (_, position) => plannedStep(position))),
    concurrency: fc.integer({ min: 1, max: 4 }),
    timeoutMs: fc.constantFrom(undefined, undefined, 90_000, 8_000),
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
      sharesKey: fc.boolean(),
      isLimited: fc.boolean(),
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
  { weight: 1, arbitrary: fc.record({ do: of('drain the worker'), ends: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of('create another'),
      priority: fc.nat(2),
      inMs: fc.constantFrom(0, 0, 5_000, 60_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of<HoldCommand>('pause the type', 'resume the type', 'pause the namespace', 'resume the namespace'),
    }),
  },
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
