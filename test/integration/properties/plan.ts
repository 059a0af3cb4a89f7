export type Ending = 'succeeds' | 'fails' | 'asks for time' | 'fails for good'
/** How the attempts of a step end, in order; further ones succeed. */
export type Endings = readonly Ending[]

/** What kind of step it is, and what only that kind has. */
export type PlannedKind =
  | { readonly is: 'run' }
  /** A step for each element of a list. */
  | { readonly is: 'each'; readonly elements: readonly Endings[]; readonly concurrency: number }
  /** A task of its own, its steps one after the other; perhaps with the key of all others, or with calls of the system that has limits. */
  | {
      readonly is: 'child'
      readonly steps: readonly Endings[]
      readonly limit: number
      readonly sharesKey: boolean
      readonly isLimited: boolean
    }
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
  /** Stops as a deployment does, and starts again; what runs ends meanwhile, or is cut short. */
  | { readonly do: 'drain the worker'; readonly ends: boolean }
  | { readonly do: 'create another'; readonly priority: number; readonly inMs: number }
  | { readonly do: HoldCommand }
  | { readonly do: StepCommand; readonly step: number; readonly task: number }
  | { readonly do: TaskCommand; readonly task: number }
  | { readonly do: 'run again'; readonly step: number; readonly task: number }

export type StepCommand = 'cancel step' | 'resolve step' | 'skip step' | 'retry step'
/** Of all tasks at once, by their type or their namespace. */
export type HoldCommand = 'pause the type' | 'resume the type' | 'pause the namespace' | 'resume the namespace'
export type TaskCommand = 'cancel' | 'retry' | 'resolve' | 'pause' | 'resume'

export interface Plan {
  readonly steps: readonly PlannedStep[]
  /** Most steps that run at once. */
  readonly concurrency: number
  /** How long a task may take; absent: as long as it likes. */
  readonly timeoutMs: number | undefined
  readonly limits: PlannedLimits
  /** What happens first; after that all calls end and time passes until the task has ended. */
  readonly acts: readonly Act[]
  readonly seed: number
}
