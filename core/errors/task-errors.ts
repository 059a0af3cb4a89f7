import { nearestName } from './nearest-name.js'
import { TaskerError } from './tasker-error.js'

/** Thrown when something is not possible in the state that a task or step is in; lists what is. */
export class IllegalTransitionError extends TaskerError {
  /**
   * @param event what was asked: the command of a person, as in `task.retry`, or an event of the engine
   * @param legal what is possible instead, of the same kind
   */
  constructor(subject: string, state: string, event: string, legal: readonly string[]) {
    super('ILLEGAL_TRANSITION', {
      what: `${subject} is ${state}: ${event} is not possible there`,
      ...(legal.length > 0
        ? { expected: `one of ${legal.join(', ')}` }
        : { wayOut: `Nothing can happen to it any more: ${state} is final` }),
      details: { subject, state, event, legal },
    })
  }
}

/** Thrown when the context of a new task does not fit its schema. */
export class ContextInvalidError extends TaskerError {
  constructor(task: string, problems: readonly { readonly path: string; readonly message: string }[]) {
    const list = problems.map(({ path, message }) => `  ${path || 'context'}: ${message}`).join('\n')
    super('CONTEXT_INVALID', {
      what: `The context for ${task} does not fit its schema; no task was created:\n${list}\n`,
      wayOut: 'Correct the context, or the schema in the task definition',
      details: { task, problems },
    })
  }
}

/** Thrown when a value cannot be stored: JSON or PostgreSQL cannot hold it, or it is too large. */
export class NotStorableError extends TaskerError {
  constructor(subject: string, path: string, problem: string) {
    const isTooLarge = problem.includes('more than the limit')
    super('NOT_STORABLE', {
      what: `${subject} cannot be stored: ${path === '' ? 'it' : path} is ${problem}`,
      wayOut: isTooLarge
        ? 'Keep large data in a file or an object store and give where it is; execution.maxContextBytes and maxResultBytes are the limits'
        : 'Give plain data: texts, finite numbers, booleans, lists and objects of these',
      details: { subject, path, problem },
    })
  }

  /** The same value will not be storable at the next attempt. */
  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}

/** Thrown when a step's results do not fit the schema that the step declares. */
export class ResultsInvalidError extends TaskerError {
  constructor(step: string, problems: readonly { readonly path: string; readonly message: string }[]) {
    const list = problems.map(({ path, message }) => `${path || 'results'}: ${message}`).join('; ')
    super('RESULTS_INVALID', {
      what: `The results of ${step} do not fit its schema: ${list}`,
      wayOut: 'Correct what the handler returns, or the schema of the step',
      details: { step, problems },
    })
  }
}

/** Thrown when a new task names steps to bypass that do not exist or are not skippable. */
export class BypassRefusedError extends TaskerError {
  constructor(task: string, unknown: readonly string[], unskippable: readonly string[], skippable: readonly string[]) {
    const parts = [
      unknown.length > 0 ? `there is no step ${unknown.join(', ')}` : undefined,
      unskippable.length > 0 ? `${unskippable.join(', ')} may not be skipped` : undefined,
    ]
    super('BYPASS_REFUSED', {
      what: `bypassSteps for ${task}: ${parts.filter(Boolean).join('; ')}`,
      expected: skippable.length > 0 ? `names among ${skippable.join(', ')}` : 'none: no step of it is skippable',
      wayOut: 'Mark a step with skippable: true to allow it',
      details: { task, unknown, unskippable, skippable },
    })
  }
}

/** Thrown when there is no task with an id. */
export class TaskNotFoundError extends TaskerError {
  constructor(taskId: string) {
    super('TASK_NOT_FOUND', {
      what: `There is no task ${taskId}`,
      wayOut: 'List the tasks with tasker.tasks.list() or `tasker tasks list`',
      details: { taskId },
    })
  }
}

/** Thrown when what should name a task is neither an id nor an object with one. */
export class TaskReferenceError extends TaskerError {
  constructor(received: unknown) {
    super('TASK_REFERENCE', {
      what: 'A task is named by its id',
      expected: 'a UUID, or an object that has one as `id`',
      received: JSON.stringify(received) ?? typeof received,
      wayOut: 'List the tasks with tasker.tasks.list(); those that end in Many take a filter',
      details: { received },
    })
  }
}

/** Thrown when something is given as a step that names none. */
export class StepReferenceError extends TaskerError {
  constructor(received: unknown) {
    super('STEP_REFERENCE', {
      what: 'A step is named with its task',
      expected: "{ task, step }, or a text 'TASK_ID/STEP'",
      received: JSON.stringify(received) ?? typeof received,
      wayOut: "Write steps.retry({ task: id, step: 'charge' }, { reason })",
      details: { received },
    })
  }
}

/** Thrown when a task has no step of a name. */
export class StepNotFoundError extends TaskerError {
  constructor(task: string, stepName: string, choices: readonly string[]) {
    const near = nearestName(stepName, choices)
    super('STEP_NOT_FOUND', {
      what: `Task ${task} has no step "${stepName}"`,
      expected: `${choices.length === 1 ? '' : 'one of '}${choices.join(', ')}`,
      ...(near === undefined ? {} : { wayOut: `Did you mean "${near}"?` }),
      details: { task, stepName, choices },
    })
  }
}

/** Thrown when a command cannot be carried out, for a reason other than the state. */
export class CommandRefusedError extends TaskerError {
  constructor(command: string, subject: string, reason: string, wayOut?: string) {
    super('COMMAND_REFUSED', {
      what: `${command} of ${subject} was refused: ${reason}`,
      ...(wayOut === undefined ? {} : { wayOut }),
      details: { command, subject, reason },
    })
  }
}

/** Thrown by whoever asked for a command that its task's owner refused, with the owner's code and message. */
export class CommandFailedError extends TaskerError {
  constructor(code: string, message: string, details: Readonly<Record<string, unknown>>) {
    super(code, { what: message, details })
  }
}

/** Thrown by `tasks.wait` when the task has not ended in the time allowed. */
export class WaitTimeoutError extends TaskerError {
  constructor(taskId: string, timeoutMs: number, state: string) {
    super('WAIT_TIMEOUT', {
      what: `Task ${taskId} has not ended within ${timeoutMs} ms`,
      received: `state ${state}`,
      wayOut: 'Wait longer, or look at what it waits for with `tasker tasks show`',
      details: { taskId, timeoutMs, state },
    })
  }
}

/** Thrown when a command got no answer from the worker that owns its task. */
export class CommandUnansweredError extends TaskerError {
  constructor(command: string, taskId: string, timeoutMs: number) {
    super('COMMAND_UNANSWERED', {
      what: `${command} of task ${taskId} was stored, but its owner did not answer within ${timeoutMs} ms`,
      wayOut: 'It is applied as soon as the owner, or the worker that takes over, looks at it',
      details: { command, taskId, timeoutMs },
    })
  }
}

/** What an attempt of a step fails with when its time is up. */
export class StepTimeoutError extends TaskerError {
  constructor(step: string, timeoutMs: number) {
    super('STEP_TIMEOUT', {
      what: `${step} did not end within ${timeoutMs} ms`,
      wayOut: 'Raise its timeoutMs, call progress() to renew it, or honour the signal',
      details: { step, timeoutMs },
    })
  }
}

/** What a task ends with when its time is up, and what its running attempts fail with. */
export class TaskTimeoutError extends TaskerError {
  constructor(task: string, timeoutMs: number) {
    super('TASK_TIMEOUT', {
      what: `Task ${task} did not end within ${timeoutMs} ms of its start`,
      wayOut: 'Raise its timeoutMs, or retry it: a retry begins its time anew',
      details: { task, timeoutMs },
    })
  }
}

/** The reason of a step's AbortSignal when a person cancelled or resolved it. */
export class StepInterruptedError extends TaskerError {
  constructor(step: string, by: string) {
    super('STEP_INTERRUPTED', { what: `${step} was interrupted: ${by}`, details: { step, by } })
  }
}

/** What an attempt fails with when its worker stopped before it ended. It is not counted against the retry limit. */
export class DrainedError extends TaskerError {
  constructor(step: string) {
    super('DRAINED', { what: `The worker stopped while ${step} was running`, details: { step } })
  }
}

/** What an attempt fails with when its worker is gone. It is not counted against the retry limit, up to three times. */
export class OwnerLostError extends TaskerError {
  constructor(step: string, workerId: string) {
    super('OWNER_LOST', {
      what: `Worker ${workerId} was lost while ${step} was running; nobody knows how far it came`,
      details: { step, workerId },
    })
  }
}

/** What a worker learns when another one has taken over its task: nothing of its last commit was written. */
export class OwnershipLostError extends TaskerError {
  constructor(taskId: string, epoch: number, currentEpoch: number) {
    super('OWNERSHIP_LOST', {
      what: `Task ${taskId} is owned under epoch ${currentEpoch} now; what this worker did under epoch ${epoch} was dropped`,
      details: { taskId, epoch, currentEpoch },
    })
  }
}

/** What a step fails with whose definition is not in the code that runs it. */
export class StepHandlerMissingError extends TaskerError {
  constructor(task: string, stepName: string) {
    super('STEP_HANDLER_MISSING', {
      what: `Task ${task} has a step "${stepName}" in the database, but not in the code of this worker`,
      wayOut: 'Give a changed definition a new version; a running task stays on the version it started with',
      details: { task, stepName },
    })
  }
}

/** What a task fails with when steps of it failed for good. */
export class StepsFailedError extends TaskerError {
  constructor(failed: readonly string[], first: string) {
    super('STEPS_FAILED', {
      what: `${failed.join(', ')} failed for good. First failure: ${first}`,
      details: { failed },
    })
  }
}

/** What a task ends with when all its steps are settled but some were cancelled. */
export class StepsCancelledError extends TaskerError {
  constructor(cancelled: readonly string[]) {
    super('STEPS_CANCELLED', { what: `Cancelled steps: ${cancelled.join(', ')}`, details: { cancelled } })
  }
}

/** What a task ends with whose stored state admits no way on. */
export class TaskStuckError extends TaskerError {
  constructor(task: string, steps: readonly string[]) {
    super('TASK_STUCK', {
      what: `Nothing of task ${task} can run, and nothing will make it: ${steps.join(', ')} wait for what cannot happen`,
      wayOut: 'This is a defect of Tasker; retry or resolve the steps by hand and report it',
      details: { task, steps },
    })
  }
}

/** The child task of a step has failed. */
export class ChildFailedError extends TaskerError {
  constructor(step: string, childTaskId: string, reason: string) {
    super('CHILD_FAILED', {
      what: `The child task ${childTaskId} of step ${step} has failed${reason === '' ? '' : `: ${reason}`}`,
      wayOut: 'Retry the step or the child task: the child goes on where it stopped, and then so does this task',
      details: { step, childTaskId },
    })
  }
}

/** A task that is a child of a child of a child …: it would never end, or not well. */
export class TooManyGenerationsError extends TaskerError {
  constructor(task: string, most: number) {
    super('TOO_MANY_GENERATIONS', {
      what: `${task} would be the child of ${most} tasks one within another`,
      expected: `at most ${most}`,
      wayOut: 'See whether a task runs itself as a step; for a list, however long, use .each()',
      details: { task, most },
    })
  }

  /** It would be one too many the next time, too. */
  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}

/** A task within which this one is was cancelled before the child of a step was begun. */
export class AncestorCancelledError extends TaskerError {
  constructor(step: string, taskId: string) {
    super('ANCESTOR_CANCELLED', {
      what: `The child task of step ${step} was not begun, because the task ${taskId} that it would be part of was cancelled`,
      wayOut: 'Nothing: the cancellation is on its way',
      details: { step, taskId },
    })
  }

  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}

/** The child task of a step was cancelled. */
export class ChildCancelledError extends TaskerError {
  constructor(step: string, childTaskId: string) {
    super('CHILD_CANCELLED', {
      what: `The child task ${childTaskId} of step ${step} was cancelled`,
      wayOut: 'Retry the step: it begins a new child task',
      details: { step, childTaskId },
    })
  }

  /** Whoever cancelled it did not mean it to be begun again. */
  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}

/** The child task of a step is not there any more: retention has taken it, or somebody has deleted it. */
export class ChildLostError extends TaskerError {
  constructor(step: string, childTaskId: string) {
    super('CHILD_LOST', {
      what: `The child task ${childTaskId} of step ${step} does not exist any more`,
      wayOut: 'Retry the step: it begins the child task anew',
      details: { step, childTaskId },
    })
  }

  /** Trying again by itself would not find it either. */
  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}

/** Elements of an `.each` step have failed for good. */
export class ElementsFailedError extends TaskerError {
  constructor(step: string, elements: readonly string[], reason: string) {
    const shown = elements.slice(0, 3).join(', ')
    const more = elements.length > 3 ? ` and ${elements.length - 3} more` : ''
    super('ELEMENTS_FAILED', {
      what: `${elements.length} ${elements.length === 1 ? 'element' : 'elements'} of step ${step} failed: ${shown}${more}; the first: ${reason}`,
      wayOut: 'Retry the step: the elements that are done stay done. An element can be resolved by hand as well',
      details: { step, elements: elements.slice(0, 100) },
    })
  }
}
