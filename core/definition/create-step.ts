import type { JsonSchema, RetryPolicy, StepDefinition } from '../contracts/task-definition.js'
import {
  type DefinitionSubject,
  InvalidDefinitionOptionError,
  UnknownDependencyError,
} from '../errors/definition-errors.js'
import { assertStepName } from './definition-names.js'
import { assertKnownOptions, OptionReader } from './option-checks.js'
import { createSchemaCheck } from './schema-check.js'
import type { SchemaSource } from './schema-source.js'
import { createStepHandler } from './step-handler.js'

/** The same as the options of a step with its name and its handler, before anything is known of it. */
export interface StepDraft {
  readonly name: unknown
  readonly handler: unknown
  readonly options: StepOptionsDraft
}

export interface StepOptionsDraft {
  readonly dependsOn?: unknown
  readonly description?: unknown
  readonly retry?: unknown
  readonly retryable?: unknown
  readonly skippable?: unknown
  readonly onFailure?: unknown
  readonly timeoutMs?: unknown
  readonly dependentSystem?: unknown
  readonly results?: unknown
  readonly jsonSchema?: unknown
  readonly handlerConfig?: unknown
  readonly handler?: unknown
}

const knownOptions: readonly (keyof StepOptionsDraft)[] = [
  'dependsOn',
  'description',
  'retry',
  'retryable',
  'skippable',
  'onFailure',
  'timeoutMs',
  'dependentSystem',
  'results',
  'jsonSchema',
  'handlerConfig',
  'handler',
]

const defaults = { retryLimit: 3, timeoutMs: 600_000, dependentSystem: 'unknown' } as const

/**
 * Checks a step and fills in its defaults.
 *
 * @param candidates steps that it may depend on
 */
export function createStep(draft: StepDraft, task: string, candidates: readonly string[]): StepDefinition {
  const { name, options } = draft
  assertStepName(name, task)
  const subject = { task, step: name }
  assertKnownOptions(options, knownOptions, subject)
  const read = new OptionReader(subject)
  const skippable = read.boolean('skippable', options.skippable, false)
  return Object.freeze({
    name,
    kind: 'run',
    description: read.text('description', options.description, undefined),
    dependsOn: dependencies(options, read, candidates, subject),
    retryable: read.boolean('retryable', options.retryable, true),
    retry: retryPolicy(options, read, subject),
    skippable,
    onFailure: onFailure(options, read, skippable, subject),
    timeoutMs: read.durationMs('timeoutMs', options.timeoutMs, defaults.timeoutMs),
    dependentSystem: read.text('dependentSystem', options.dependentSystem, defaults.dependentSystem),
    results: resultsCheck(options, subject),
    handlerConfig: read.json('handlerConfig', options.handlerConfig),
    handler: createStepHandler(draft.handler, subject),
  })
}

type StepSubject = DefinitionSubject & { readonly step: string }

function dependencies(
  options: StepOptionsDraft,
  read: OptionReader,
  candidates: readonly string[],
  subject: StepSubject,
): readonly string[] {
  const names = read.list('dependsOn', options.dependsOn, (option, name) => read.text(option, name, ''))
  for (const name of names) {
    if (!candidates.includes(name))
      throw new UnknownDependencyError(name, candidates, { ...subject, option: 'dependsOn' })
  }
  return Object.freeze([...new Set(names)])
}

function retryPolicy(options: StepOptionsDraft, read: OptionReader, subject: StepSubject): RetryPolicy {
  const retry = read.object('retry', options.retry) ?? {}
  assertKnownOptions(retry, ['limit', 'backoffMs', 'maxBackoffMs'], { ...subject, option: 'retry' })
  const { backoffMs, maxBackoffMs } = retry
  return Object.freeze({
    limit: read.count('retry.limit', retry.limit, defaults.retryLimit),
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
