import { interruptionsOf } from '../checks/check-calls.js'
import { outcomesOf } from '../checks/check-ends.js'
import type { Evidence } from '../evidence/evidence.js'
import { recoveryOf } from '../evidence/recovery.js'
import type { RunChoice } from './run-choice.js'

/** One line that says what a run did and how long it took to get over it. */
export function reportOf({ scenario: { name } }: RunChoice, evidence: Evidence): string {
  const { plan, tasks, workers, faults } = evidence
  const calls = workers.reduce((sum, { lines }) => sum + lines.filter(({ kind }) => kind === 'call').length, 0)
  const outcomes = Object.entries(outcomesOf(tasks)).map(([state, count]) => `${count} ${state}`)
  const { lost, drained } = interruptionsOf(tasks)
  const { firstProgressMs, allProgressMs, allDoneMs } = recoveryOf(evidence)
  return [
    `${name} seed ${plan.seed}: ${workers.length} workers, ${faults.length} faults`,
    `tasks ${outcomes.join(', ')}; ${calls} calls, ${lost} lost, ${drained} drained`,
    `affected went on after ${spread(firstProgressMs)} (first) to ${spread(allProgressMs)} (all)`,
    `all done ${seconds(allDoneMs)} after the last fault`,
  ].join('; ')
}

function spread(ms: readonly number[]): string {
  if (ms.length === 0) return '-'
  const [least, most] = [seconds(Math.min(...ms)), seconds(Math.max(...ms))]
  return least === most ? least : `${least}–${most}`
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
