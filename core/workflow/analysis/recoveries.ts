import type { StepView, TaskView } from '../task-record.js'
import type { ErrorChain, ErrorChains } from './error-chains.js'

/** What a person can do about a failure. */
export type RecoveryAction = 'retry' | 'resolve' | 'skip'

/** One way out of a failure. */
export interface Recovery {
  readonly action: RecoveryAction
  /** The step it is about; null: the task. */
  readonly step: string | null
  /** When this is the right thing to do, and what comes of it. */
  readonly why: string
  /** The call: `tasker.steps.retry('0197…/charge')`. */
  readonly api: string
  /** The same for a shell: `tasker steps retry 0197…/charge`. What stands in angle brackets is yours to fill in. */
  readonly cli: string
}

/**
 * Proposes ways out for each failed step that is shown, root causes first and the likeliest way first: to retry what may
 * pass, else to skip what may be skipped, else to settle it by hand.
 */
export function suggestRecoveries(
  task: Pick<TaskView, 'id' | 'state'>,
  stepsByName: ReadonlyMap<string, StepView>,
  { chains, further }: ErrorChains,
): readonly Recovery[] {
  if (chains.length === 0) return task.state === 'error' ? [resolveTask(task.id)] : []
  const failedCount = chains.length + further.length
  const all = failedCount > 1 && task.state === 'error' ? [retryAll(task.id, failedCount)] : []
  return [...all, ...chains.flatMap((chain) => waysOut(task.id, stepsByName.get(chain.step)!, chain))]
}

function waysOut(taskId: string, { skippable }: StepView, chain: ErrorChain): Recovery[] {
  const retry = retryStep(taskId, chain)
  const others = [...(skippable ? [skipStep(taskId, chain)] : []), resolveStep(taskId, chain)]
  return chain.kind === 'attempts_spent' ? [retry, ...others] : [...others, retry]
}

function retryStep(taskId: string, { step, kind }: ErrorChain): Recovery {
  const why = {
    attempts_spent: 'if the cause has passed by now: it gets its attempts again, with the same idempotency key',
    permanent: 'once the cause is mended: its error says that it does not pass by itself',
    never_retried: 'if it may run twice: the step is marked as not retryable',
  }[kind]
  return stepRecovery('retry', taskId, step, why, { api: '', cli: '' })
}

function skipStep(taskId: string, { step, frees }: ErrorChain): Recovery {
  const why = `the step is skippable: ${goOn(frees)} without its results`
  return stepRecovery('skip', taskId, step, why, { api: '', cli: ' --no-propagate' })
}

function resolveStep(taskId: string, { step, frees }: ErrorChain): Recovery {
  const why = `if it was done by hand: ${goOn(frees)} with the results that you give`
  return stepRecovery('resolve', taskId, step, why, {
    api: ', { results }',
    cli: ` --results '<json>'`,
  })
}

function retryAll(taskId: string, failedCount: number): Recovery {
  return {
    action: 'retry',
    step: null,
    why: `once the causes have passed or are mended: all ${failedCount} failed steps at once`,
    api: `tasker.tasks.retry('${taskId}')`,
    cli: `tasker tasks retry ${taskId}`,
  }
}

/** A task that failed without a failed step, as by its time-out between two steps, has nothing to retry. */
function resolveTask(taskId: string): Recovery {
  return {
    action: 'resolve',
    step: null,
    why: 'no step has failed, so there is none to retry: settle the task as it is, or create it anew',
    api: `tasker.tasks.resolve('${taskId}')`,
    cli: `tasker tasks resolve ${taskId}`,
  }
}

/** What follows the step in a call. */
interface CallOptions {
  readonly api: string
  readonly cli: string
}

/** Names of steps and ids need no quotes in a shell: letters, digits, `_` and `-` are all that they have. */
function stepRecovery(
  action: RecoveryAction,
  taskId: string,
  step: string,
  why: string,
  options: CallOptions,
): Recovery {
  // The command line knows a skip as a cancel that does not propagate.
  const command = action === 'skip' ? 'cancel' : action
  return {
    action,
    step,
    why,
    api: `tasker.steps.${action}('${taskId}/${step}'${options.api})`,
    cli: `tasker steps ${command} ${taskId}/${step}${options.cli}`,
  }
}

function goOn(frees: readonly string[]): string {
  if (frees.length === 0) return 'the task goes on'
  return frees.length === 1 ? `${frees[0]} goes on` : `${frees.length} steps go on`
}
