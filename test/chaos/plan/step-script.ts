/** What the handler of one step does in a run: made from the seed, and carried by the context of the task. */
export interface StepScript {
  /** How long it works, in milliseconds, before it ends one way or another. */
  readonly workMs: number
  /** It computes all that time instead of waiting, so that its process answers nothing. */
  readonly isBusy?: boolean
  /** The attempts that throw; `all` has it fail for good. */
  readonly failsOn?: readonly number[] | 'all'
  /** It ends its own process by kill -9, each time. */
  readonly isDeadly?: boolean
}

/** The context of every task of a run. */
export interface ScriptedContext {
  /** Names the planned task; the same text is the reason of its creation. */
  readonly key: string
  readonly steps: Readonly<Record<string, StepScript>>
}
