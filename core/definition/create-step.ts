import type { JsonSchema, RetryPolicy, StepDefinition } from '../contracts/task-definition.js'
import { InvalidDefinitionOptionError, UnknownDependencyError } from '../errors/definition-errors.js'
import { assertStepName } from './definition-names.js'
import { assertKnownOptions, OptionReader } from './option-checks.js'
import { createSchemaCheck } from './schema-check.js'
import type { SchemaSource } from './schema-source.js'
import type { StepDraft, StepOptionsDraft, StepSubject } from './step-draft.js'
import { createStepHandler } from './step-handler.js'
import { kindDefaults, kindOptions, membersOfKind } from './step-kinds.js'

const knownOptions: readonly (keyof StepOptionsDraft)[] = [
  'dependsOn',
  'description',
  'retry',
  'retryable',
  'skippable',
  'onFailure',
  'timeoutMs',
  'dependentSystem',
  'priority',
  'results',
  'jsonSchema',
  'handlerConfig',
  'handler',
]

const commonDefaults = { retryLimit: 3, timeoutMs: 600_000, dependentSystem: 'unknown' }

/**
 * Checks a step and fills in its defaults.
 *
 * @param candidates steps that it may depend on
 */
export function createStep(draft: StepDraft, task: string, candidates: readonly string[]): StepDefinition {
  const { name, options, kind = 'run', branchOf } = draft
  assertStepName(name, task)
  const subject = { task, step: name }
  assertKnownOptions(options, [...knownOptions, ...kindOptions[kind]], subject)
  const defaults = { ...commonDefaults, ...kindDefaults[kind] }
  const read = new OptionReader(subject)
  const skippable = read.boolean('skippable', options.skippable, false)
  return Object.freeze({
    name,
    kind,
    description: read.text('description', options.description, undefined),
    dependsOn: dependencies(options, read, candidates, subject, branchOf),
    branchOf,
    retryable: read.boolean('retryable', options.retryable, true),
    retry: retryPolicy(options, read, subject, defaults.retryLimit),
    skippable,
    onFailure: onFailure(options, read, skippable, subject),
    timeoutMs: read.durationMs('timeoutMs', options.timeoutMs, defaults.timeoutMs),
    dependentSystem: read.text('dependentSystem', options.dependentSystem, defaults.dependentSystem),
    priority: read.integer('priority', options.priority, undefined),
    handlerConfig: read.json('handlerConfig', options.handlerConfig),
    ...membersOfKind(kind, draft, {
      subject,
      read,
      results: () => resultsCheck(options, subject),
      handler: () => createStepHandler(draft.handler, subject),
    }),
  })
}

function dependencies(
  options: StepOptionsDraft,
  read: OptionReader,
  candidates: readonly string[],
  subject: StepSubject,
  branchOf: string | undefined,
): readonly string[] {
  const names = read.list('dependsOn', options.dependsOn, (option, name) => read.text(option, name, ''))
  for (const name of names) {
    if (!candidates.includes(name))
      throw new UnknownDependencyError(name, candidates, { ...subject, option: 'dependsOn' })
  }
  return Object.freeze([...new Set(branchOf === undefined ? names : [...names, branchOf])])
}

function retryPolicy(
  options: StepOptionsDraft,
  read: OptionReader,
  subject: StepSubject,
  defaultLimit: number,
): RetryPolicy {
  const retry = read.object('retry', options.retry) ?? {}
  assertKnownOptions(retry, ['limit', 'backoffMs', 'maxBackoffMs', 'backoffJitter'], { ...subject, option: 'retry' })
  const { backoffMs, maxBackoffMs, backoffJitter } = retry
  return Object.freeze({
    limit: read.count('retry.limit', retry.limit, defaultLimit),
    ...(backoffMs === undefined
      ? undefined
      : {
          backoffMs: read.list('retry.backoffMs', backoffMs, (option, ms) =>
            read.durationMs(option, ms, 0, { zero: true }),
          ),
        }),
    ...(maxBackoffMs === undefined
      ? undefined
      : { maxBackoffMs: read.durationMs('retry.maxBackoffMs', maxBackoffMs, 0) }),
    ...(backoffJitter === undefined
      ? undefined
      : { backoffJitter: read.share('retry.backoffJitter', backoffJitter, 0) }),
  })
}

function onFailure(options: StepOptionsDraft, read: OptionReader, skippable: boolean, subject: StepSubject) {
  const chosen = read.oneOf('onFailure', options.onFailure, ['error', 'skip'], 'error')
  if (chosen === 'error' || skippable) return chosen
  throw new InvalidDefinitionOptionError(
    { ...subject, option: 'onFailure' },
    {
      expected: '"error", because the step is not skippable',
      received: chosen,
      wayOut: 'Set `skippable: true` as well, so that its dependents count with missing results',
    },
  )
}

function resultsCheck({ results, jsonSchema }: StepOptionsDraft, { task, step }: StepSubject) {
  if (results === undefined) return undefined
  return createSchemaCheck(results as SchemaSource, {
    root: 'results',
    owner: `the results of step "${step}" of task ${task}`,
    jsonSchema: jsonSchema as JsonSchema | undefined,
  })
}
