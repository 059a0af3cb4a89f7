import { TaskerError } from './tasker-error.js'

/** One thing that is wrong with a schedule. */
export interface ScheduleProblem {
  /** Which of its members: `cron`, `request.tags`. */
  readonly path: string
  /** What is wrong with it: `must be a text; received 7`. */
  readonly problem: string
}

/** Thrown when a schedule says something that cannot be meant as it stands; names every problem at once. */
export class InvalidScheduleError extends TaskerError {
  readonly problems: readonly ScheduleProblem[]

  constructor(name: string, problems: readonly ScheduleProblem[]) {
    const lines = problems.map(({ path, problem }) => `  ${path} ${problem}`)
    super('INVALID_SCHEDULE', {
      what: `Schedule ${name} cannot be as it is asked for; nothing was changed:\n${lines.join('\n')}\n`,
      wayOut: 'Correct it; tasker.schedules.preview() and `tasker schedules preview` show the times of an expression',
      details: { schedule: name, problems },
    })
    this.problems = problems
  }
}

/** Thrown when a schedule is created whose name is taken. */
export class ScheduleExistsError extends TaskerError {
  constructor(name: string) {
    super('SCHEDULE_EXISTS', {
      what: `There is a schedule "${name}" already`,
      wayOut:
        'Change it with schedules.update(), take it as it is with schedules.findOrCreate(), or choose another name',
      details: { schedule: name },
    })
  }
}

/** Thrown when a schedule is asked for that does not exist. */
export class ScheduleNotFoundError extends TaskerError {
  constructor(name: string, nearest: string | undefined) {
    super('SCHEDULE_NOT_FOUND', {
      what: `There is no schedule "${name}"${nearest === undefined ? '' : `. Did you mean "${nearest}"?`}`,
      wayOut: 'schedules.list() and `tasker schedules list` show those there are',
      details: { schedule: name, ...(nearest === undefined ? {} : { nearest }) },
    })
  }
}

/** Thrown when a schedule was changed by others again and again while it was to be changed here. */
export class ScheduleContendedError extends TaskerError {
  constructor(name: string) {
    super('SCHEDULE_CONTENDED', {
      what: `Schedule "${name}" was changed by others each time that it was to be changed here`,
      wayOut: 'Try again; and find out with schedules.get() who changes it all the time',
      details: { schedule: name },
    })
  }
}

/** Stands on a schedule that is due while no live worker has its task: see `Schedule.error`. Its times wait, as `catchUp` says. */
export class ScheduleUnservedError extends TaskerError {
  constructor(name: string, task: string) {
    super('SCHEDULE_UNSERVED', {
      what: `Schedule "${name}" is due, and no live worker has its task ${task}`,
      wayOut: 'Start a worker that has it, change the task of the schedule, or pause or remove the schedule',
      details: { schedule: name, task },
    })
  }
}
