import type { Command } from 'commander'
import type { StepFilter, TaskFilter } from '../contracts/store.js'
import type { ParkedReason } from '../contracts/task-record.js'
import type { StepState, TaskState } from '../workflow/state-machines.js'
import { collectList, parseMoment, parseStates } from './option-parsers.js'
import { parseTaskId } from './task-reference.js'

/** What may be said of the tasks that a command is about. */
export interface TaskFilterOptions {
  readonly namespace?: string
  readonly name?: string
  readonly version?: string
  readonly state?: readonly TaskState[]
  readonly tag?: readonly string[]
  readonly parked?: ParkedReason
  readonly rerunOf?: string
  readonly since?: string
  readonly until?: string
  readonly correlationId?: string
}

export interface StepFilterOptions extends TaskFilterOptions {
  readonly task?: string
  readonly stepName?: string
  readonly stepState?: readonly StepState[]
  readonly system?: string
}

/** Adds the filters of tasks to a command. */
export function withTaskFilter(command: Command, of = 'of'): Command {
  return command
    .option('--namespace <name>', `${of} this namespace`)
    .option('--name <name>', `${of} this name`)
    .option('--version <version>', `${of} this version`)
    .option('--state <states>', 'in one of these states, separated by commas', (text, before?: readonly TaskState[]) =>
      parseStates('--state', text, before),
    )
    .option('--tag <list>', 'having all of these tags, separated by commas', collectList)
    .option('--parked <reason>', 'waiting for this reason: paused, no_handler, …')
    .option('--rerun-of <id>', 'running this task again', parseTaskId)
    .option('--since <moment>', 'created at or after: 2026-03-01, or how long ago, 2h', (text) =>
      parseMoment('--since', text),
    )
    .option('--until <moment>', 'created before', (text) => parseMoment('--until', text))
    .option('--correlation-id <id>', `${of} this correlation`)
}

/** Adds the filters of steps to a command. */
export function withStepFilter(command: Command): Command {
  return withTaskFilter(command, 'of tasks of')
    .option('--task <id>', 'of this task', parseTaskId)
    .option('--step-name <name>', 'of this name')
    .option('--step-state <states>', 'in one of these states', (text, before?: readonly StepState[]) =>
      parseStates('--step-state', text, before),
    )
    .option('--system <name>', 'that call this dependent system')
}

/** The filter that the options make. */
export function taskFilterOf(options: TaskFilterOptions): TaskFilter {
  const { namespace, name, version, state, tag: tags, parked, rerunOf, since, until, correlationId } = options
  return given({ namespace, name, version, state, tags, parked, rerunOf, since, until, correlationId })
}

export function stepFilterOf(options: StepFilterOptions): StepFilter {
  const { task: taskId, stepName, stepState, system: dependentSystem } = options
  return { ...taskFilterOf(options), ...given({ taskId, stepName, stepState, dependentSystem }) }
}

function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
