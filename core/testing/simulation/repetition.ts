import { InvalidSimulationError } from '../../errors/testing-errors.js'
import { faultText, parseFaults } from './faults-to-try.js'
import type { Trial } from './simulate-once.js'

/** The environment variable that asks for one run of one task, and no other. */
export const simulateVariable = 'TASKER_SIMULATE'

/** What is asked for: a run of the tasks of this name. */
export interface Repetition {
  /** `namespace.name` */
  readonly task: string
  readonly trial: Trial
}

/** One line that repeats a run, for a shell: `TASKER_SIMULATE='task=a.b seed=7 fault=crash@step.completed#2' npm test` */
export function repeatCommand({ task, trial }: Repetition, command: string): string {
  const faults = trial.faults.length === 0 ? 'none' : trial.faults.map(faultText).join('+')
  return `${simulateVariable}='task=${task} seed=${trial.seed} fault=${faults}' ${command}`
}

/** Reads what {@link repeatCommand} wrote. Throws InvalidSimulationError. */
export function parseRepetition(text: string): Repetition {
  const [, task, seed, faults] = /^task=(.+) seed=(\d+) fault=(.+)$/.exec(text.trim()) ?? []
  if (faults !== undefined) return { task: task!, trial: { seed: Number(seed), faults: parseFaults(faults) } }
  throw new InvalidSimulationError(`The variable ${simulateVariable} cannot be read`, {
    expected: 'task=namespace.name seed=number fault=kind@place#number, as the report of a simulation says it',
    received: text,
  })
}
