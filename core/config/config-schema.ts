import { type Static, type TSchema, Type } from 'typebox'
import type { ExporterDefinition } from '../contracts/exporter.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import { catchUpPolicies, overlapPolicies, type ScheduleSettings } from '../contracts/schedule.js'
import type { DefinedSubscriber, SubscriberClass } from '../contracts/subscriber.js'
import type { DefinedTask, JsonSchema } from '../contracts/task-definition.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'
import { defaultFilterMask, defaultFilterParameters } from '../events/masking.js'
import { partialSchema } from './partial-schema.js'

/** A plugin in the configuration: a folder, file, package or value, or one of these with options. */
export type PluginEntry =
  | string
  | PluginDefinition
  | { readonly use: string | PluginDefinition; readonly options?: Readonly<Record<string, unknown>> }

/** A custom event declared by name in the configuration. */
export interface CustomEventEntry {
  readonly description?: string
  readonly schema?: JsonSchema
  readonly durable?: boolean
}

const closed = { additionalProperties: false } as const
const second = 1000
const mebibyte = 1024 * 1024

/** A list whose entries are texts or values of code; the keyword `entry` is checked by validate-config. */
const entries = <T>(entry: 'value' | 'plugin', description: string) =>
  Type.Unsafe<T[]>({ type: 'array', items: { entry }, default: [], description })

const milliseconds = (description: string, value: number, limits: { minimum?: number; maximum?: number } = {}) =>
  Type.Integer({ minimum: 1, ...limits, default: value, description: `${description}, in milliseconds.` })

const count = (description: string, value: number) => Type.Integer({ minimum: 1, default: value, description })

const bytes = (description: string, value: number) =>
  Type.Integer({ minimum: 1024, default: value, description: `${description}, in bytes of JSON.` })

const flag = (description: string, value: boolean) => Type.Boolean({ default: value, description })

const database = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^postgres(ql)?://',
        description:
          'URL of a PostgreSQL server: postgres://user:password@host:5432/name. Absent: the embedded database.',
      }),
    ),
    path: Type.String({
      minLength: 1,
      default: '.tasker/db',
      description:
        "Folder of the embedded database, relative to the configuration; ':memory:' keeps nothing. Not used where there is a url.",
    }),
    schema: Type.String({
      pattern: '^[a-z_][a-z0-9_]{0,62}$',
      default: 'tasker',
      description: "Schema of PostgreSQL that holds Tasker's tables.",
    }),
    poolSize: count('Most connections of one process to the server.', 10),
    connectTimeoutMs: milliseconds('How long a connection may take to be made, or to become free', 10 * second),
    queryTimeoutMs: milliseconds(
      'How long a statement may go unanswered; then its connection is given up, and what it was to do is tried again',
      30 * second,
    ),
    waitAtBootMs: milliseconds(
      'How long createTasker() waits for a server that does not answer; 0: it fails at once',
      0,
      { minimum: 0 },
    ),
    ssl: Type.Optional(
      Type.Union(
        [
          Type.Boolean(),
          Type.Object(
            {
              rejectUnauthorized: Type.Optional(
                Type.Boolean({
                  description: 'Whether a certificate of the server that cannot be verified is refused.',
                }),
              ),
              ca: Type.Optional(Type.String({ description: 'PEM text of the authority that signed its certificate.' })),
              cert: Type.Optional(Type.String({ description: 'PEM text of the certificate of the client.' })),
              key: Type.Optional(Type.String({ description: 'PEM text of the private key of the client.' })),
            },
            closed,
          ),
        ],
        {
          description: 'Whether, and with which certificates, the connection is encrypted. Absent: what the url says.',
        },
      ),
    ),
  },
  { ...closed, description: 'Where tasks are stored.' },
)

const discovery = Type.Object(
  {
    packages: Type.Union([Type.Boolean(), Type.Array(Type.String({ minLength: 1 }))], {
      default: true,
      description:
        'Whether the direct dependencies of the project that have a "tasker" entry join, or the names of those that do.',
    }),
    disable: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Names of subscribers, exporters and plugins that are not used although they are found.',
    }),
  },
  { ...closed, description: 'What is found without being named.' },
)

const execution = Type.Object(
  {
    concurrentTasks: count('Most tasks that one worker runs at once.', 200),
    concurrentStepsPerTask: count('Most steps of one task that run at once.', 16),
    sharedConcurrency: count(
      'Most tasks of one kind and concurrencyKey that are in progress at once in all workers, where the definition says no limit.',
      1,
    ),
    defaultTimeoutMs: milliseconds('Time-out of a step that names none, renewed by progress', 600 * second),
    timeoutGraceMs: milliseconds('How long after its signal a timed-out attempt may still end by itself', 5 * second, {
      minimum: 0,
    }),
    maxResultBytes: bytes('Largest result of a step', 8 * mebibyte),
    maxContextBytes: bytes('Largest context of a task', 8 * mebibyte),
    drainTimeoutMs: milliseconds('How long a stopping worker waits for running steps', 30 * second, { minimum: 0 }),
    pollIntervalMs: milliseconds('How often a worker looks for due tasks that no wake-up told it about', 250),
    sweepIntervalMs: milliseconds('How often parked and stuck tasks are looked at again', 15 * second, {
      maximum: 60 * second,
    }),
    leaseMs: milliseconds('How long after its last heartbeat a worker counts as alive', 4 * second, {
      maximum: 60 * second,
    }),
    heartbeatIntervalMs: milliseconds('How often a worker says that it is alive; at most half of leaseMs', second),
    deafAfterMs: milliseconds(
      'How long the main thread may compute without a pause until its worker counts as hung and no longer says that it is alive',
      30 * second,
    ),
  },
  { ...closed, description: 'How a worker runs tasks.' },
)

const backoff = Type.Object(
  {
    delaysMs: Type.Array(Type.Integer({ minimum: 0 }), {
      minItems: 1,
      default: [1, 2, 4, 8, 16, 32].map((delay) => delay * second),
      description:
        'Delay after the first, second … failure, in milliseconds; beyond the list the last one doubles each time.',
    }),
    maxMs: milliseconds('The longest delay', 300 * second),
    jitter: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'Share of a delay by which chance changes it, from 0 to 1.',
    }),
  },
  { ...closed, description: 'When a failed step is tried again, unless it or its dependent system says otherwise.' },
)

const definitions = Type.Object(
  {
    onChange: Type.Enum(['refuse', 'replace'], {
      description:
        'What becomes of a task whose definition differs from the one that is stored under the same version: it is refused, or takes its place with a warning. Default: refuse, in development replace.',
    }),
  },
  { ...closed, description: 'The stored definitions of tasks.' },
)

const identity = Type.Object(
  {
    strategy: Type.Enum(['none', 'hash'], {
      default: 'none',
      description:
        'What requests are known by that name no identity, of tasks that name none: by nothing, or by what they ask for; then the same request within windowMs gets the task of the first one.',
    }),
    windowMs: milliseconds(
      'How long after a request the same one is its duplicate, where strategy is hash',
      60 * second,
    ),
  },
  { ...closed, description: 'When a request is the same as an earlier one, and gets the task of that.' },
)

const dependentSystem = Type.Object(
  {
    concurrency: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Most steps of all workers that call it at once.' }),
    ),
    rate: Type.Optional(
      Type.Object(
        {
          limit: Type.Integer({ minimum: 1, description: 'Steps of all workers that may begin to call it …' }),
          perMs: Type.Integer({ minimum: 1, description: '… within so many milliseconds, evenly spread.' }),
          burst: Type.Optional(
            Type.Integer({
              minimum: 1,
              description: 'Steps that may begin at once after a pause; they come on top of the limit. Default 1.',
            }),
          ),
        },
        { ...closed, description: 'How many steps of all workers may begin to call it within a time.' },
      ),
    ),
    backoff: Type.Optional(
      Type.Object(
        {
          delaysMs: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 })),
          maxMs: Type.Optional(Type.Integer({ minimum: 1 })),
          jitter: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
        },
        { ...closed, description: 'What differs from `backoff` for steps that call it.' },
      ),
    ),
    shareRetryAfter: Type.Optional(
      Type.Boolean({
        description:
          'Whether a delay that it asks for in one step, by Retry-After or `retryAfterMs`, holds for all steps that call it. Default true.',
      }),
    ),
  },
  closed,
)

const dependentSystems = Type.Unsafe<Record<string, Static<typeof dependentSystem>>>({
  type: 'object',
  additionalProperties: dependentSystem,
  default: {},
  description:
    'Limits and backoff by the name that steps give as `dependentSystem`: concurrency, rate: { limit, perMs, burst }, backoff: { delaysMs, maxMs, jitter }, shareRetryAfter. They hold for all workers together.',
})

const events = Type.Object(
  {
    validatePayloads: Type.Boolean({
      description: 'Whether every payload is checked against its schema. Default: true, in production false.',
    }),
    queueSize: count('Most events that wait for one asynchronous subscriber that says nothing else.', 1000),
    handlerTimeoutMs: milliseconds('How long a handler of a subscriber that says nothing else may take', 30 * second),
    circuitBreaker: Type.Object(
      {
        failures: count('Failures in a row after which a subscriber is paused.', 5),
        cooldownMs: milliseconds('How long it is paused', 30 * second),
      },
      { ...closed, description: 'Pauses a subscriber that keeps failing.' },
    ),
  },
  { ...closed, description: 'The event bus.' },
)

const customEventEntry = Type.Object(
  {
    description: Type.Optional(Type.String({ description: 'What the event means.' })),
    schema: Type.Optional(Type.Unsafe<JsonSchema>({ type: 'object', description: 'JSON Schema of its payload.' })),
    durable: Type.Optional(Type.Boolean({ description: 'Whether it is written to the event log. Default false.' })),
  },
  closed,
)

const customEvents = Type.Unsafe<Record<string, CustomEventEntry> | CustomEventDescriptor[]>({
  anyOf: [
    { type: 'object', additionalProperties: customEventEntry },
    { type: 'array', items: { entry: 'descriptor' } },
  ],
  default: {},
  description: 'Custom events: a description, schema and durable by name, or a list of what defineEvent gives.',
})

const logging = Type.Object(
  {
    level: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      default: 'info',
      description: 'The least severe level that is written.',
    }),
    format: Type.Enum(['json', 'pretty'], {
      default: 'json',
      description: 'One line of JSON for each entry, or coloured text for people.',
    }),
    destination: Type.String({
      minLength: 1,
      default: 'stderr',
      description: 'stderr, stdout, or a file relative to the configuration.',
    }),
  },
  { ...closed, description: 'The log of Tasker itself.' },
)

const filter = Type.Object(
  {
    parameters: Type.Array(Type.String({ minLength: 1 }), {
      default: [...defaultFilterParameters],
      description: 'A key that contains one of these has its value masked wherever a payload leaves the engine.',
    }),
    mask: Type.String({ default: defaultFilterMask, description: 'What stands in its place.' }),
  },
  { ...closed, description: 'What is masked in logs, tails, exports and plugins.' },
)

const metrics = Type.Object(
  {
    enabled: flag('Whether counters and histograms are kept.', true),
    snapshotIntervalMs: milliseconds('How often a snapshot is stored for other workers and exports', 30 * second),
  },
  { ...closed, description: 'Metrics.' },
)

const boot = Type.Object(
  { timeoutMs: milliseconds('How long one plugin may take to set up or start', 30 * second) },
  { ...closed, description: 'The start of Tasker.' },
)

const worker = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'How people see this worker. Default: host and process id.',
      }),
    ),
    namespaces: Type.Optional(
      Type.Array(Type.String({ pattern: '^[^\\s./@]+$' }), {
        minItems: 1,
        uniqueItems: true,
        description: 'The namespaces whose tasks this worker runs. Absent: all that it has handlers of.',
      }),
    ),
    heartbeatThread: flag(
      'Whether the worker says from a thread of its own that it is alive, so that a long computation in a handler does not stop it.',
      true,
    ),
  },
  { ...closed, description: 'This process as a worker.' },
)

const log = Type.Object(
  {
    upkeep: flag(
      'Whether a worker of this process looks after partitions and retention; one of all workers should.',
      true,
    ),
    partitionMs: Type.Optional(
      Type.Integer({
        minimum: 60 * second,
        description:
          'Time that one partition of the event log covers, in milliseconds. Absent: a day, or a thirtieth of retention.finishedTasksMs if that is longer; 30 days where finished tasks are kept for ever.',
      }),
    ),
    upkeepIntervalMs: milliseconds('How often a worker looks after partitions and retention', 600 * second, {
      minimum: second,
    }),
  },
  { ...closed, description: 'The event log.' },
)

const retention = Type.Object(
  {
    finishedTasksMs: Type.Optional(
      Type.Integer({
        minimum: 60 * second,
        description:
          'How long tasks that are complete, cancelled or resolved by a person are kept after their end, with their log, in milliseconds. Absent: for ever.',
      }),
    ),
    batchSize: count('Most tasks that are taken away in one transaction.', 200),
  },
  { ...closed, description: 'What is taken away when it is old.' },
)

const requestMembers = {
  context: Type.Optional(Type.Unknown({ description: 'Context of each task.' })),
  initiator: Type.Optional(Type.String()),
  sourceSystem: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  bypassSteps: Type.Optional(Type.Array(Type.String())),
  priority: Type.Optional(Type.Integer()),
  timeoutMs: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  concurrencyKey: Type.Optional(Type.String()),
}

const scheduleEntry = Type.Object(
  {
    description: Type.Optional(Type.String()),
    cron: Type.Optional(Type.String({ minLength: 1 })),
    timeZone: Type.Optional(Type.String({ minLength: 1 })),
    everyMs: Type.Optional(Type.Integer({ minimum: second })),
    task: Type.String({ minLength: 1 }),
    request: Type.Optional(Type.Object(requestMembers, closed)),
    catchUp: Type.Optional(Type.Enum([...catchUpPolicies])),
    catchUpLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    overlap: Type.Optional(Type.Enum([...overlapPolicies])),
  },
  closed,
)

/** A schedule declared in the configuration: that of `tasker.schedules.create`, its task by name. */
export type DeclaredSchedule = Omit<ScheduleSettings, 'task'> & { readonly task: string }

const schedules = Type.Unsafe<Record<string, DeclaredSchedule>>({
  type: 'object',
  additionalProperties: scheduleEntry,
  default: {},
  description:
    'Schedules by name: cron or everyMs, timeZone, task, request, catchUp, overlap. Stored and brought up to date by workers at their start; one that is taken out here is told of, and goes on until it is removed.',
})

/** Every setting: the single source of its type, default, check and documentation. */
export const settingsSchema = Type.Object(
  {
    database,
    handlers: entries<string | DefinedTask>(
      'value',
      'Task handlers: folders, files, packages or values of defineTask.',
    ),
    subscribers: entries<string | DefinedSubscriber | SubscriberClass>(
      'value',
      'Subscribers: folders, files, packages, values of defineSubscriber or classes with @subscriber.',
    ),
    exporters: entries<string | ExporterDefinition>(
      'value',
      'Exporters: folders, files, packages or values of defineExporter.',
    ),
    plugins: entries<PluginEntry>(
      'plugin',
      'Plugins: folders, files, packages or values of definePlugin; with options as { use, options }.',
    ),
    discovery,
    execution,
    backoff,
    definitions,
    identity,
    dependentSystems,
    events,
    customEvents,
    schedules,
    logging,
    filter,
    metrics,
    log,
    retention,
    boot,
    worker,
  },
  { ...closed, description: 'The configuration of Tasker.' },
)

type Settings = Static<typeof settingsSchema>

/** Given by the user: everything may be absent. Lists are replaced as a whole, so their entries stay as they are. */
type Given<T> = T extends readonly (infer E)[]
  ? readonly E[]
  : T extends object
    ? { readonly [K in keyof T]?: Given<T[K]> }
    : T

type Frozen<T> = T extends readonly (infer E)[]
  ? readonly E[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T

/** The settings of a configuration without its overlays; all optional. */
export type TaskerSettingsInput = Given<Settings>

/** What `defineConfig` takes: every key is optional. */
export interface TaskerConfigInput extends TaskerSettingsInput {
  /** Settings by environment, laid over the others where TASKER_ENV (else NODE_ENV) has that name. */
  readonly environments?: Readonly<Record<string, TaskerSettingsInput>>
}

/** All settings, defaults filled in, frozen. */
export type ConfigValues = Frozen<Settings>

/** JSON Schema of a part of a configuration, such as an overlay: {@link settingsSchema} with everything optional. */
export const overlaySchema: TSchema = partialSchema(settingsSchema)

/** JSON Schema of what a configuration file may export. */
export const configInputSchema: TSchema = {
  ...overlaySchema,
  properties: {
    ...(overlaySchema as unknown as { properties: Record<string, TSchema> }).properties,
    environments: {
      type: 'object',
      additionalProperties: overlaySchema,
      description: 'Settings by environment, laid over the others where TASKER_ENV (else NODE_ENV) has that name.',
    },
  },
}
