import { SUBSCRIBER_BRAND, SUBSCRIBER_CLASS_BRAND } from '../contracts/subscriber.js'
import { nearestName } from '../errors/nearest-name.js'
import {
  aBoolean,
  anObject,
  describeFound,
  fieldProblems,
  functionWritten,
  type InterfaceRules,
  isObject,
  oneOfTexts,
  optional,
  positiveInteger,
  text,
} from './interface-checks.js'

const rules: InterfaceRules = {
  name: text,
  description: optional(text),
  durable: optional(aBoolean),
  on: anObject,
  wants: optional(functionWritten('a function (eventName, context) => boolean', 2)),
  queueSize: optional(positiveInteger),
  overflow: optional(oneOfTexts('drop_oldest', 'drop_newest')),
  timeoutMs: optional(positiveInteger),
  from: optional(oneOfTexts('now', 'beginning')),
  transactional: optional(aBoolean),
  concurrency: optional(positiveInteger),
  shards: optional(positiveInteger),
  retry: optional(anObject),
}

const handler = functionWritten('a function (event, context) => unknown', 2)

/** What keeps a value from being a subscriber, events aside; empty if nothing does. */
export function subscriberProblems(value: unknown): string[] {
  if (typeof value === 'function') return [unbuilt(value)]
  const problems = fieldProblems(value, rules)
  if (!isObject(value) || !isObject(value.on)) return problems
  problems.push(...(SUBSCRIBER_BRAND in value ? misspeltOptions(value, rules) : []), ...durableProblems(value))
  const handlers = Object.entries(value.on)
  if (handlers.length === 0) problems.push('`on` must name at least one event; found an empty object')
  for (const [pattern, found] of handlers) {
    const expected = handler(found)
    if (expected !== undefined) problems.push(`\`on["${pattern}"]\` must be ${expected}; found ${describeFound(found)}`)
  }
  return problems
}

const retryRules: InterfaceRules = {
  limit: optional(positiveInteger),
  backoffMs: optional(delays),
  maxBackoffMs: optional(positiveInteger),
}

/** What only a durable subscriber can be told, and how it is told when to try again. */
function durableProblems(value: Readonly<Record<string, unknown>>): string[] {
  if (value.durable !== true) {
    return ['from', 'transactional', 'shards', 'concurrency', 'retry']
      .filter((option) => value[option] !== undefined && value[option] !== false)
      .map(
        (option) => `\`${option}\` has a meaning for durable subscribers only: add \`durable: true\`, or leave it out`,
      )
  }
  const ofPlain = ['queueSize', 'overflow']
    .filter((option) => value[option] !== undefined)
    .map(
      (option) =>
        `\`${option}\` has no meaning for a durable subscriber, because what it has not handled waits in the log: leave it out`,
    )
  return [...ofPlain, ...retryProblems(value.retry)]
}

function retryProblems(retry: unknown): string[] {
  if (!isObject(retry)) return []
  return [
    ...misspeltOptions(retry, retryRules).map((problem) => `\`retry\`: ${problem}`),
    ...fieldProblems(retry, retryRules).map((problem) => `\`retry\`: ${problem}`),
  ]
}

/** What looks like a slip of the pen; other members are its own. */
function misspeltOptions(value: object, known: InterfaceRules): string[] {
  const names = Object.keys(known)
  return Object.keys(value).flatMap((key) => {
    const near = names.includes(key) ? undefined : nearestName(key, names)
    return near === undefined ? [] : [`\`${key}\` is no option of a subscriber; did you mean \`${near}\`?`]
  })
}

/** At least one delay, none of them negative. */
function delays(value: unknown): string | undefined {
  const isList = Array.isArray(value) && value.length > 0
  return isList && value.every((each) => Number.isFinite(each) && each >= 0)
    ? undefined
    : 'a list of delays in milliseconds, at least one'
}

function unbuilt(value: object): string {
  const isDecorated = Object.hasOwn(value, SUBSCRIBER_CLASS_BRAND)
  return isDecorated
    ? `it must be built before it is registered; found ${describeFound(value)}: name it under \`subscribers\` in tasker.config.ts`
    : `it must be what defineSubscriber gives, or a class with @subscriber; found ${describeFound(value)}`
}
