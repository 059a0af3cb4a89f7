import type { ConcurrencyKey, JsonSchema, TaskDefinition } from '../contracts/task-definition.js'
import { InvalidDefinitionOptionError } from '../errors/definition-errors.js'
import { assertCustomEventName } from '../events/custom-event.js'
import { assertTaskName, assertVersion, taskLabel } from './definition-names.js'
import { assertKnownOptions, OptionReader } from './option-checks.js'
import { createSchemaCheck } from './schema-check.js'
import type { SchemaSource } from './schema-source.js'

/** A definition without its steps. */
export type TaskHead = Omit<TaskDefinition, 'steps' | 'hash'>

/** The same as `TaskOptions`, before anything is known of it. */
export interface TaskHeadDraft {
  readonly namespace?: unknown
  readonly name?: unknown
  readonly version?: unknown
  readonly description?: unknown
  readonly context?: unknown
  readonly jsonSchema?: unknown
  readonly sensitive?: unknown
  readonly concurrency?: unknown
  readonly concurrencyKey?: unknown
  readonly timeoutMs?: unknown
  readonly identity?: unknown
  readonly customEvents?: unknown
}

const known: readonly (keyof TaskHeadDraft)[] = [
  'namespace',
  'name',
  'version',
  'description',
  'context',
  'jsonSchema',
  'sensitive',
  'concurrency',
  'concurrencyKey',
  'timeoutMs',
  'identity',
  'customEvents',
]

/** Checks what a task says of itself besides its steps, and fills in the defaults. */
export function createTaskHead(options: TaskHeadDraft): TaskHead {
  const { namespace = 'default', name, version = '0.1.0' } = options
  const subject = { task: taskLabel({ namespace, name, version }) }
  assertTaskName('task', name, subject)
  assertTaskName('namespace', namespace, subject)
  assertVersion(version, subject)
  assertKnownOptions(options, known, subject)
  const read = new OptionReader(subject)
  return Object.freeze({
    namespace,
    name,
    version,
    description: read.text('description', options.description, undefined),
    context: contextCheck(options, subject.task),
    sensitive: read.list('sensitive', options.sensitive, (option, path) => read.text(option, path, '')),
    concurrency: read.count('concurrency', options.concurrency, undefined),
    concurrencyKey: concurrencyKey(options, read, subject),
    timeoutMs: read.durationMs('timeoutMs', options.timeoutMs, undefined),
    identity: identity(options.identity, read),
    customEvents: read.list('customEvents', options.customEvents, (option, event) => {
      return customEvent(option, event, read, subject.task)
    }),
  })
}

function identity(value: unknown, read: OptionReader): TaskHead['identity'] {
  if (value === undefined || typeof value === 'function') return value as TaskHead['identity']
  return read.oneOf('identity', value, ['none', 'hash'], 'none')
}

function contextCheck({ context, jsonSchema }: TaskHeadDraft, task: string) {
  if (context === undefined) return undefined
  return createSchemaCheck(context as SchemaSource, {
    root: 'context',
    owner: `the context of task ${task}`,
    jsonSchema: jsonSchema as JsonSchema | undefined,
  })
}

const fromPattern = /^context(\.[^.\s]+)+$/

function concurrencyKey(
  { concurrencyKey: value }: TaskHeadDraft,
  read: OptionReader,
  subject: { readonly task: string },
) {
  const isFrom = typeof value === 'string' || typeof value === 'function'
  const given = isFrom ? { from: value } : read.object('concurrencyKey', value)
  if (given === undefined) return undefined
  assertKnownOptions(given, ['from', 'limit'], { ...subject, option: 'concurrencyKey' })
  const { from } = given as { readonly from?: ConcurrencyKey['from'] }
  if (from !== undefined && typeof from !== 'function' && !(typeof from === 'string' && fromPattern.test(from))) {
    throw new InvalidDefinitionOptionError(
      { ...subject, option: 'concurrencyKey.from' },
      {
        expected: 'a path of the context, such as "context.customerId", or a function that gives the key',
        received: from,
      },
    )
  }
  const limit = read.count('concurrencyKey.limit', given.limit, 1)
  return Object.freeze({ ...(from === undefined ? {} : { from }), limit })
}

function customEvent(
  option: string,
  value: unknown,
  read: OptionReader,
  task: string,
): TaskHead['customEvents'][number] {
  const event = typeof value === 'string' ? { name: value } : (read.object(option, value) ?? { name: undefined })
  try {
    assertCustomEventName(event.name as string)
  } catch (cause) {
    const expected = 'a custom event: its name, an object with its name, or what defineEvent gives'
    throw new InvalidDefinitionOptionError(
      { task, option },
      { expected, received: event.name, wayOut: (cause as Error).message, cause },
    )
  }
  const schema =
    event.schema === undefined
      ? undefined
      : createSchemaCheck(event.schema as SchemaSource, { root: 'payload', owner: `custom event ${event.name}` })
  return Object.freeze({
    name: event.name as string,
    description: read.text(`${option}.description`, event.description, undefined),
    schema: schema?.jsonSchema,
    durable: read.boolean(`${option}.durable`, event.durable, undefined),
  })
}
