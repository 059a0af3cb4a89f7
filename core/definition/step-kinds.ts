import {
  isDefinedTask,
  type StepContext,
  type StepDefinition,
  type StepHandler,
  type StepKind,
} from '../contracts/task-definition.js'
import { InvalidDefinitionOptionError } from '../errors/definition-errors.js'
import { ListExpectedError } from '../errors/step-errors.js'
import type { OptionReader } from './option-checks.js'
import { createSchemaCheck } from './schema-check.js'
import type { StepDraft, StepOptionsDraft, StepSubject } from './step-draft.js'
import { createStepHandler } from './step-handler.js'

/** The options that a kind of step has besides those that all have. */
export const kindOptions: Readonly<Record<StepKind, readonly (keyof StepOptionsDraft)[]>> = {
  run: [],
  child: ['task', 'context'],
  each: ['over', 'concurrency'],
  decide: ['branches'],
}

const days = 24 * 60 * 60_000

/**
 * What a kind of step does otherwise if nothing is said: a child has its own retries, and its own time-outs; ten minutes for all of
 * it would end what may take weeks.
 */
export const kindDefaults: Readonly<Record<StepKind, { readonly retryLimit?: number; readonly timeoutMs?: number }>> = {
  run: {},
  child: { retryLimit: 1, timeoutMs: 365 * days },
  each: {},
  decide: {},
}

type KindMembers = Pick<StepDefinition, 'handler'> &
  Partial<Pick<StepDefinition, 'results' | 'child' | 'each' | 'branches'>>

interface KindParts {
  readonly subject: StepSubject
  readonly read: OptionReader
  readonly results: () => StepDefinition['results']
  readonly handler: () => StepHandler
}

/** The members of a step's definition that depend on its kind. */
export function membersOfKind(kind: StepKind, { options }: StepDraft, parts: KindParts): KindMembers {
  switch (kind) {
    case 'run':
      return { results: parts.results(), handler: parts.handler() }
    case 'child':
      return childMembers(options, parts)
    case 'each':
      return eachMembers(options, parts)
    case 'decide':
      return decideMembers(options, parts)
  }
}

function childMembers({ task, context }: StepOptionsDraft, { subject }: KindParts): KindMembers {
  const child = childTaskOf(task, subject)
  if (context === undefined) return { child, handler: Object.freeze({ kind: 'function', run: () => ({}) }) }
  return { child, handler: functionOf('context', context, subject) }
}

function childTaskOf(task: unknown, subject: StepSubject): NonNullable<StepDefinition['child']> {
  if (isDefinedTask(task)) {
    const { namespace, name, version } = task.definition
    return Object.freeze({ namespace, name, version, defined: task })
  }
  if (isTaskName(task)) {
    const { namespace = 'default', name, version } = task
    return Object.freeze({ namespace, name, ...(version === undefined ? {} : { version }) })
  }
  throw new InvalidDefinitionOptionError(
    { ...subject, option: 'task' },
    {
      expected: 'the task that is to run, as defineTask gives it, or { namespace, name, version }',
      received: task,
      wayOut: `Write .child("${subject.step}", { task: shipOrder, context: ({ results }) => ({ … }) })`,
    },
  )
}

function isTaskName(
  value: unknown,
): value is { readonly namespace?: string; readonly name: string; readonly version?: string } {
  if (typeof value !== 'object' || value === null) return false
  const { namespace, name, version } = value as Readonly<Record<string, unknown>>
  const isTextOrNone = (part: unknown) => part === undefined || typeof part === 'string'
  return typeof name === 'string' && isTextOrNone(namespace) && isTextOrNone(version)
}

function eachMembers(
  { over, concurrency }: StepOptionsDraft,
  { subject, read, results, handler }: KindParts,
): KindMembers {
  const schema = results()
  const limit = read.count('concurrency', concurrency, undefined)
  const each = {
    handler: handler(),
    ...(schema === undefined ? {} : { results: schema }),
    ...(limit === undefined ? {} : { concurrency: limit }),
  }
  return {
    each: Object.freeze(each),
    handler: listFunction(functionOf('over', over, subject), subject.step),
  }
}

/** Calls `over`, and says so if it gives no list: whoever wrote it has no schema that would. */
function listFunction(over: StepHandler, step: string): StepHandler {
  if (over.kind !== 'function') return over
  const run = async (context: StepContext): Promise<readonly unknown[]> => {
    const list = await over.run(context)
    if (Array.isArray(list)) return list
    throw new ListExpectedError(step, list)
  }
  return Object.freeze({ kind: 'function', run })
}

function decideMembers({ branches }: StepOptionsDraft, { subject, read, handler }: KindParts): KindMembers {
  const names = read.list('branches', branches, (option, name) => read.text(option, name, ''))
  if (names.length === 0) {
    throw new InvalidDefinitionOptionError(
      { ...subject, option: 'branches' },
      { expected: 'the names of the later steps among which it chooses', received: branches },
    )
  }
  const choice = { type: 'array', items: { enum: names }, uniqueItems: true }
  const results = createSchemaCheck(choice, { root: 'results', owner: `the choice of step "${subject.step}"` })
  return { branches: Object.freeze([...new Set(names)]), results, handler: handler() }
}

function functionOf(option: 'over' | 'context', value: unknown, subject: StepSubject): StepHandler {
  const handler = typeof value === 'function' ? createStepHandler(value, subject) : undefined
  if (handler?.kind === 'function') return handler
  throw new InvalidDefinitionOptionError(
    { ...subject, option },
    {
      expected: `a function of { context, results } that gives ${option === 'over' ? 'the list' : 'the context of the child'}`,
      received: value,
    },
  )
}
