import type { PlanSizeName } from '../plan/plan-size.js'
import type { Scenario } from '../scenarios/scenario.js'

/** Everything that makes a run what it is. */
export interface RunChoice {
  readonly scenario: Scenario
  readonly seed: number
  readonly size: PlanSizeName
}
