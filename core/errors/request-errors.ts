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
