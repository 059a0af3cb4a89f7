import type { TaskRequest } from '../contracts/task-request.js'
import { show } from '../errors/definition-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { InvalidTaskRequestError, type RequestProblem } from '../errors/request-errors.js'
import { longestKey } from './limits/concurrency-key.js'

export type Check = readonly [expected: string, holds: (value: unknown) => boolean]

export const text: Check = ['a text', (value) => typeof value === 'string']
const someText: Check = ['a text that is not empty', (value) => typeof value === 'string' && value !== '']
export const texts: Check = [
  'a list of texts',
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
]
/** PostgreSQL keeps it in four bytes. */
export const priority: Check = [
  'a whole number from -2147483648 to 2147483647',
  (value) => typeof value === 'number' && value === (value | 0),
]
export const time: Check = [
  'a Date, or a time as ISO 8601 such as "2030-01-31T08:00:00Z"',
  (value) => (value instanceof Date || typeof value === 'string') && !Number.isNaN(new Date(value).getTime()),
]
const duration: Check = [
  'milliseconds, a number greater than 0',
  (value) => Number.isFinite(value) && (value as number) > 0,
]
const traceparent: Check = [
  'a traceparent of W3C Trace Context, such as "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"',
  (value) => typeof value === 'string' && /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(value),
]
const concurrencyKey: Check = [
  `a text of 1 to ${longestKey} characters`,
  (value) => typeof value === 'string' && value.length > 0 && value.length <= longestKey,
]
const anything: Check = ['anything', () => true]

const checks: Readonly<Record<keyof TaskRequest, Check>> = {
  namespace: text,
  name: text,
  version: text,
  context: anything,
  initiator: text,
  sourceSystem: text,
  reason: text,
  tags: texts,
  bypassSteps: texts,
  priority,
  runAt: time,
  timeoutMs: duration,
  identity: someText,
  concurrencyKey,
  correlationId: text,
  traceparent,
}

/**
 * Refuses what the compiler would have refused, for callers that have none: JavaScript, HTTP, the command line.
 *
 * @throws InvalidTaskRequestError with every problem at once
 */
export function assertTaskRequest(request: TaskRequest): void {
  if (typeof request !== 'object' || request === null) {
    throw new InvalidTaskRequestError('a task', [
      { path: 'the request', problem: `must be an object; received ${show(request)}` },
    ])
  }
  const given = 'name' in request ? request : { name: undefined, ...(request as object) }
  const problems = Object.entries(given).flatMap(([path, value]) => problemsAt(checks, path, value, path === 'name'))
  if (problems.length > 0) throw new InvalidTaskRequestError(`task ${request.name ?? '(no name)'}`, problems)
}

/** What is wrong with the members of an object: unknown ones, and those whose check does not hold. */
export function problemsIn(
  given: object,
  checks: Readonly<Record<string, Check>>,
  areRequired = false,
): RequestProblem[] {
  if (typeof given !== 'object' || given === null)
    return [{ path: 'it', problem: `must be an object; received ${show(given)}` }]
  return Object.entries(given).flatMap(([path, value]) => problemsAt(checks, path, value, areRequired))
}

function problemsAt(
  checks: Readonly<Record<string, Check>>,
  path: string,
  value: unknown,
  isRequired: boolean,
): RequestProblem[] {
  if (!Object.hasOwn(checks, path)) return [{ path, problem: unknownText(path, Object.keys(checks)) }]
  const [expected, holds] = checks[path]!
  const isFine = (value === undefined && !isRequired) || holds(value)
  return isFine ? [] : [{ path, problem: `must be ${expected}; received ${show(value)}` }]
}

function unknownText(path: string, choices: readonly string[]): string {
  const near = nearestName(path, choices)
  return near === undefined ? `is not known; known are ${choices.join(', ')}` : `is not known; did you mean "${near}"?`
}
