import {
  catchUpPolicies,
  overlapPolicies,
  type ScheduledRequest,
  type ScheduledTask,
  type ScheduleOptions,
  type ScheduleSettings,
} from '../../contracts/schedule.js'
import { isDefinedTask } from '../../contracts/task-definition.js'
import { show } from '../../errors/definition-errors.js'
import { nearestName } from '../../errors/nearest-name.js'
import { InvalidTaskRequestError } from '../../errors/request-errors.js'
import { InvalidScheduleError, type ScheduleProblem } from '../../errors/schedule-errors.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import { parseHandlerName } from '../../registry/handler-name.js'
import { assertTaskRequest } from '../request-check.js'
import { cronOf } from './schedule-times.js'

/** What a schedule says, with its defaults. */
export interface CheckedSchedule {
  readonly description: string | null
  readonly cron: string | null
  readonly timeZone: string
  readonly everyMs: number | null
  readonly task: ScheduledTask & { readonly namespace: string }
  readonly request: ScheduledRequest
  readonly catchUp: (typeof catchUpPolicies)[number]
  readonly catchUpLimit: number
  readonly overlap: (typeof overlapPolicies)[number]
}

const name = /^[a-zA-Z][\w./-]{0,127}$/
const settings: readonly (keyof ScheduleSettings)[] = [
  'description',
  'cron',
  'timeZone',
  'everyMs',
  'task',
  'request',
  'catchUp',
  'catchUpLimit',
  'overlap',
]
/** What identifies and times a task is the schedule's own business. */
const ownBusiness = ['runAt', 'identity', 'correlationId', 'traceparent']
const shortestMs = 1_000
const mostCaughtUp = 10_000

/**
 * Checks what a schedule says, fills in the defaults, and makes plain data of it.
 *
 * @throws InvalidScheduleError with every problem at once
 */
export function checkSchedule(options: ScheduleOptions): CheckedSchedule {
  const { name: given, ...said } = options
  const problems: ScheduleProblem[] = []
  const report = (path: string, problem: string) => void problems.push({ path, problem })
  const must = (path: string, expected: string, received: unknown) =>
    report(path, `must be ${expected}; received ${show(received)}`)
  if (typeof given !== 'string' || !name.test(given))
    must('name', 'a letter, then letters, digits and . _ - /, at most 128 characters', given)
  for (const path of Object.keys(said)) if (!settings.includes(path as never)) report(path, unknownText(path))
  const { description, catchUp = 'latest', catchUpLimit = 100, overlap = 'allow', request = {} } = said
  if (description !== undefined && typeof description !== 'string') must('description', 'a text', description)
  if (!catchUpPolicies.includes(catchUp)) must('catchUp', oneOf(catchUpPolicies), catchUp)
  if (!overlapPolicies.includes(overlap)) must('overlap', oneOf(overlapPolicies), overlap)
  if (!isWhole(catchUpLimit, 1, mostCaughtUp))
    must('catchUpLimit', `a whole number from 1 to ${mostCaughtUp}`, catchUpLimit)
  for (const problem of timingProblems(said)) problems.push(problem)
  const task = taskOf(said.task, report)
  for (const { path, problem } of requestProblems(request)) report(`request.${path}`, problem)
  if (problems.length > 0) throw new InvalidScheduleError(typeof given === 'string' ? given : '(no name)', problems)
  return {
    description: description ?? null,
    cron: said.cron ?? null,
    timeZone: said.timeZone ?? 'UTC',
    everyMs: said.everyMs ?? null,
    task: task!,
    request,
    catchUp,
    catchUpLimit,
    overlap,
  }
}

/** What is wrong with when a schedule is due. */
export function timingProblems({
  cron,
  timeZone = 'UTC',
  everyMs,
}: Pick<ScheduleSettings, 'cron' | 'timeZone' | 'everyMs'>): ScheduleProblem[] {
  const problems: ScheduleProblem[] = []
  if ((cron === undefined) === (everyMs === undefined))
    problems.push({ path: 'cron', problem: 'or everyMs must say when it is due: one of them, and not both' })
  if (everyMs !== undefined && !isWhole(everyMs, shortestMs, Number.MAX_SAFE_INTEGER))
    problems.push({
      path: 'everyMs',
      problem: `must be whole milliseconds from ${shortestMs}; received ${show(everyMs)}`,
    })
  const zoneProblem = zoneProblemOf(timeZone)
  if (zoneProblem !== undefined) problems.push({ path: 'timeZone', problem: zoneProblem })
  const cronProblem = cron === undefined ? undefined : cronProblemOf(cron, zoneProblem === undefined ? timeZone : 'UTC')
  if (cronProblem !== undefined) problems.push({ path: 'cron', problem: cronProblem })
  return problems
}

function zoneProblemOf(timeZone: unknown): string | undefined {
  const expected = 'must be the IANA name of a time zone, such as "Europe/Berlin"'
  if (typeof timeZone !== 'string' || !/^[A-Za-z]/.test(timeZone)) return `${expected}; received ${show(timeZone)}`
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return undefined
  } catch {
    const near = nearestName(timeZone, Intl.supportedValuesOf('timeZone'))
    return `${expected}; received ${show(timeZone)}${near === undefined ? '' : `, did you mean "${near}"?`}`
  }
}

function cronProblemOf(cron: unknown, timeZone: string): string | undefined {
  const expected =
    'must be a cron expression of five fields (minute, hour, day, month, weekday), or six with seconds first'
  const received = `received ${show(cron)}`
  if (typeof cron !== 'string' || !/^(@\w+|\S+(\s+\S+){4,5})$/.test(cron.trim())) return `${expected}; ${received}`
  try {
    if (cronOf({ cron, timeZone }).nextRun() !== null) return undefined
    return `never comes true; ${received}`
  } catch (error) {
    return `${expected}; ${received}: ${(error as Error).message.replace(/^CronPattern: /, '')}`
  }
}

function taskOf(
  task: unknown,
  report: (path: string, problem: string) => void,
): (ScheduledTask & { readonly namespace: string }) | undefined {
  if (isDefinedTask(task)) {
    const { namespace, name: taskName, version } = task.definition
    return { namespace, name: taskName, version }
  }
  try {
    if (typeof task === 'string') return parseHandlerName(task)
    if (typeof task === 'object' && task !== null && 'name' in task) {
      const { namespace = 'default', name: taskName, version } = task as ScheduledTask
      assertTaskRequest({ namespace, name: taskName, ...(version === undefined ? {} : { version }) })
      return { namespace, name: taskName, ...(version === undefined ? {} : { version }) }
    }
  } catch (error) {
    if (!isTaskerError(error)) throw error
    report('task', `cannot be read: ${error.message}`)
    return undefined
  }
  report(
    'task',
    `must be the task, its name such as "reports/daily@^1", or { namespace, name, version }; received ${show(task)}`,
  )
  return undefined
}

function requestProblems(request: unknown): readonly ScheduleProblem[] {
  if (typeof request !== 'object' || request === null)
    return [{ path: '', problem: `must be an object; received ${show(request)}` }]
  const own = Object.keys(request).filter(
    (path) => ownBusiness.includes(path) || ['namespace', 'name', 'version'].includes(path),
  )
  if (own.length > 0) return own.map((path) => ({ path, problem: 'is given by the schedule and cannot be said here' }))
  try {
    assertTaskRequest({ ...request, name: 'any' })
    return []
  } catch (error) {
    if (error instanceof InvalidTaskRequestError) return error.problems
    throw error
  }
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

function oneOf(choices: readonly string[]): string {
  return `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`
}

function unknownText(path: string): string {
  const near = nearestName(path, settings)
  return near === undefined ? `is not known; known are ${settings.join(', ')}` : `is not known; did you mean "${near}"?`
}
