/** How much a run does. Durations are in milliseconds. */
export interface PlanSize {
  readonly workers: readonly [least: number, most: number]
  readonly tasks: number
  /** Over how long the creations are spread. */
  readonly creationMs: number
  /** The longest that a usual step works, and a long one. */
  readonly stepMs: number
  readonly longStepMs: number
}

export const planSizes = {
  /** By hand. */
  usual: { workers: [2, 4], tasks: 20, creationMs: 1000, stepMs: 120, longStepMs: 1000 },
  /** With the tests of the whole, where every second counts. */
  small: { workers: [3, 3], tasks: 10, creationMs: 400, stepMs: 60, longStepMs: 500 },
} as const satisfies Readonly<Record<string, PlanSize>>

export type PlanSizeName = keyof typeof planSizes
