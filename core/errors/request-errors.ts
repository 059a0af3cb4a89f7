import { show } from './definition-errors.js'
import { TaskerError } from './tasker-error.js'

/** One thing that is wrong in the request for a task. */
export interface RequestProblem {
  /** Which of its members: `runAt`, `tags`. */
  readonly path: string
  /** What is wrong with it: `must be a text; received 7`. */
  readonly problem: string
}

/** Thrown when the request for a task says something that cannot be meant as it stands; names every problem at once. */
export class InvalidTaskRequestError extends TaskerError {
  readonly problems: readonly RequestProblem[]

  constructor(task: string, problems: readonly RequestProblem[]) {
    const lines = problems.map(({ path, problem }) => `  ${path} ${problem}`)
    super('INVALID_TASK_REQUEST', {
      what: `The request for ${task} cannot be met; no task was created:\n${lines.join('\n')}\n`,
      wayOut: 'Correct what tasks.create() is given',
      details: { task, problems },
    })
    this.problems = problems
  }
}

/** Thrown when the `identity` function of a task throws, or gives something other than a text. No task was created. */
export class IdentityFailedError extends TaskerError {
  constructor(task: string, { cause, received }: { readonly cause?: unknown; readonly received?: unknown }) {
    const hasThrown = cause !== undefined
    super('IDENTITY_FAILED', {
      what: hasThrown
        ? `The identity function of task ${task} failed, and no task was created: ${messageOf(cause)}`
        : `The identity function of task ${task} gave nothing that a request can be known by, and no task was created`,
      expected: 'a text that is not empty, or undefined for a request without an identity',
      ...(hasThrown ? {} : { received: show(received) }),
      wayOut: 'Correct the identity of the task, or name one in the request',
      details: { task },
      ...(hasThrown ? { cause } : {}),
    })
  }
}

/** Thrown when the `concurrencyKey` function of a task throws, or gives something other than a text. No task was created. */
export class ConcurrencyKeyFailedError extends TaskerError {
  constructor(task: string, { cause, received }: { readonly cause?: unknown; readonly received?: unknown }) {
    const hasThrown = cause !== undefined
    super('CONCURRENCY_KEY_FAILED', {
      what: hasThrown
        ? `The concurrencyKey function of task ${task} failed, and no task was created: ${messageOf(cause)}`
        : `The concurrencyKey function of task ${task} gave nothing that can be a key, and no task was created`,
      expected: 'a text that is not empty and holds no NUL character, or undefined for a task that shares no limit',
      ...(hasThrown ? {} : { received: show(received) }),
      wayOut: 'Correct the concurrencyKey of the task, or name one in the request',
      details: { task },
      ...(hasThrown ? { cause } : {}),
    })
  }
}

/** Thrown when the signal of a creation fires before the database has answered. */
export class CreationGivenUpError extends TaskerError {
  /** False if the task does not exist for certain; true if its commit was under way: it may exist, and then runs. */
  readonly mayExist: boolean

  constructor(task: string, taskId: string | undefined, reason: unknown) {
    const mayExist = taskId !== undefined
    super('CREATION_GIVEN_UP', {
      what: `The creation of ${task} was given up: ${messageOf(reason)}`,
      wayOut: mayExist
        ? `It may have been stored: ask for task ${taskId} with tasks.get() when the database is back`
        : 'No task was stored: create it again when the database is back',
      details: { mayExist, ...(mayExist ? { taskId } : {}) },
      cause: reason,
    })
    this.mayExist = mayExist
  }
}

/** Thrown when one of the requests given to `createMany` is refused before anything is stored. The cause says why. */
export class TaskOfManyRefusedError extends TaskerError {
  constructor(index: number, count: number, cause: unknown) {
    super('TASK_OF_MANY_REFUSED', {
      what: `Request ${index + 1} of ${count} was refused, and no task was created: ${messageOf(cause)}`,
      wayOut: `Correct the request at index ${index}, or leave it out`,
      details: { index, count },
      cause,
    })
  }
}

/** Thrown when the database refuses some of the tasks of a `createMany` although they passed all checks. */
export class TasksNotCreatedError extends TaskerError {
  /** The tasks that were created. */
  readonly created: readonly string[]

  constructor(created: readonly string[], count: number, cause: unknown) {
    super('TASKS_NOT_CREATED', {
      what: `${count - created.length} of ${count} tasks were not created: ${messageOf(cause)}`,
      wayOut: 'Those named in details.created exist and run; create the others again once the cause is mended',
      details: { created, count },
      cause,
    })
    this.created = created
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
