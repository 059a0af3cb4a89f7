import { type Static, type TProperties, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const text = (description: string) => Type.String({ description, minLength: 1 })
const texts = (description: string) => Type.Array(Type.String({ minLength: 1 }), { description })
const json = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description })
const milliseconds = (description: string) => Type.Number({ description, exclusiveMinimum: 0 })

const customEvent = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object(
    {
      name: text('`<family>.<name>`, as in `order.fulfilled`'),
      description: Type.Optional(text('When it is published')),
      schema: Type.Optional(json('JSON Schema of the payload')),
      durable: Type.Optional(Type.Boolean({ description: 'Written to the event log when a step publishes it' })),
    },
    closed,
  ),
])
const customEvents = Type.Array(customEvent, { description: 'Custom events that the task publishes' })

const childKeys = Type.Object(
  {
    namespace: Type.Optional(text('Its namespace. Default `default`')),
    name: text('Name of the task'),
    version: Type.Optional(text('Exact version or semver range. Default: the highest stable one')),
    context: Type.Optional(
      json('Its context; `{{context.…}}` and `{{results.…}}` stand for what this task and earlier steps have'),
    ),
  },
  { ...closed, description: 'Runs another task as this step; its results are those of that task by step' },
)
const eachKeys = Type.Object(
  {
    over: text('The list: a placeholder such as `{{results.load.customers}}`, or the name of an exported function'),
    concurrency: Type.Optional(Type.Integer({ description: 'Most elements that run at once', minimum: 1 })),
  },
  { ...closed, description: 'Runs the handler once for each element of a list' },
)
const decideKeys = Type.Object(
  { branches: texts('The steps among which the handler chooses, by giving their names') },
  { ...closed, description: 'Chooses among other steps; those that are not chosen do not run' },
)

const templateKeys = {
  description: text('What the step does'),
  handler_class: text('Name of the handler class, or of the export that holds it'),
  handler: text('The same as handler_class; reads better where the handler is a function'),
  dependent_system: text('The system that it calls. Default: default_dependent_system, else `unknown`'),
  depends_on_step: text('The step that must be done before'),
  depends_on_steps: texts('The steps that must be done before'),
  default_retryable: Type.Boolean({ description: 'Whether a failed step is tried again. Default true' }),
  default_retry_limit: Type.Integer({ description: 'Attempts in all. Default 3', minimum: 1 }),
  backoff_ms: Type.Array(Type.Number({ minimum: 0 }), { description: 'Delays after the first, second, … failure' }),
  max_backoff_ms: milliseconds('The longest delay'),
  backoff_jitter: Type.Number({
    description: 'Share of a delay by which chance changes it, from 0 to 1',
    minimum: 0,
    maximum: 1,
  }),
  priority: Type.Integer({
    description: 'Among steps that are ready or wait for one limit, the higher goes first. Default 0',
  }),
  skippable: Type.Boolean({ description: 'Whether it may be skipped. Default false' }),
  on_failure: Type.Union([Type.Literal('error'), Type.Literal('skip')], { description: 'What the last failure does' }),
  timeout_ms: milliseconds('Time for one attempt. Default 600 000'),
  timeout_seconds: milliseconds('The same in seconds'),
  handler_config: json('Free configuration for the handler'),
  custom_events: customEvents,
  results: json('JSON Schema of what it returns'),
  child: childKeys,
  each: eachKeys,
  decide: decideKeys,
}

const taskKeys = {
  namespace: text('Groups tasks. Default `default`'),
  namespace_name: text('The same as namespace'),
  version: text('Exact semantic version, in quotes. Default `0.1.0`'),
  description: text('What the task does'),
  concurrency: Type.Integer({ description: 'Most steps that run at once', minimum: 1 }),
  concurrent: Type.Boolean({ description: '`false`: one step at a time, as `concurrency: 1`. Default true' }),
  concurrency_key: Type.Union(
    [
      Type.String({ minLength: 1 }),
      Type.Object(
        {
          from: Type.Optional(text('Path of the context that holds the key, as in `context.customerId`')),
          limit: Type.Optional(Type.Integer({ description: 'Default 1', minimum: 1 })),
        },
        closed,
      ),
    ],
    { description: 'Tasks with the same key share a limit: so many are in progress at once' },
  ),
  timeout_ms: milliseconds('Time for the whole task'),
  identity: Type.Union([Type.Literal('none'), Type.Literal('hash')], {
    description: 'What requests are known by: nothing, or what they ask for, within the window of the configuration',
  }),
  default_dependent_system: text('dependent_system of steps that name none'),
  named_steps: texts('Where present, the only names that steps and dependencies may have'),
  schema: json('JSON Schema of the context'),
  sensitive: texts('Paths that are masked wherever they leave the engine'),
  custom_events: customEvents,
  handler_config: json('Defaults for the handler_config of each step; its own keys win, at every depth'),
}

const withoutEffect = {
  task_handler_class: Type.String({ description: 'Without effect: accepted for files of older systems' }),
  module_namespace: Type.String({ description: 'Without effect: accepted for files of older systems' }),
}

const stepTemplate = Type.Object({ name: text('Name of the step'), ...optional(templateKeys) }, closed)

const environment = Type.Object(
  { ...optional(taskKeys), step_templates: Type.Optional(Type.Array(stepTemplate)) },
  { ...closed, description: 'What differs in this environment; merged deeply, steps by name' },
)

/** A `*.task.yaml` file that has passed the check of its structure. */
export type TaskYaml = Static<typeof taskYamlSchema>

export type StepTemplateYaml = Static<typeof stepTemplate>

/** What a `*.task.yaml` file may say, as JSON Schema, for validation, documentation and editors. */
export const taskYamlSchema = Type.Object(
  {
    name: text('Name of the task'),
    ...optional(taskKeys),
    ...optional(withoutEffect),
    handlers: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
        description: 'Path or paths, relative to this file, of the modules whose exports are the handlers',
      }),
    ),
    step_templates: Type.Array(stepTemplate, { minItems: 1, description: 'The steps' }),
    environments: Type.Optional(
      Type.Record(Type.String(), environment, { description: 'What differs in an environment, by its name' }),
    ),
  },
  closed,
)

function optional<P extends TProperties>(properties: P) {
  return Type.Partial(Type.Object(properties)).properties
}
