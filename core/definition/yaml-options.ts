import { mergeDeep } from './merge-environment.js'
import type { StepOptionsDraft } from './step-draft.js'
import type { TaskHeadDraft } from './task-head.js'
import type { StepTemplateYaml, TaskYaml } from './task-yaml-schema.js'
import type { YamlPath } from './yaml-source.js'

/** What a YAML file says of the task, in the words of the code form. */
export function headDraft(task: TaskYaml): TaskHeadDraft {
  return {
    namespace: task.namespace ?? task.namespace_name,
    name: task.name,
    version: task.version,
    description: task.description,
    context: task.schema,
    sensitive: task.sensitive,
    concurrency: task.concurrency ?? (task.concurrent === false ? 1 : undefined),
    concurrencyKey: task.concurrency_key,
    timeoutMs: task.timeout_ms,
    identity: task.identity,
    customEvents: customEventsOf(task),
  }
}

/** What a step template says, in the words of the code form. */
export function stepOptions(template: StepTemplateYaml, task: TaskYaml): StepOptionsDraft {
  const { timeout_ms: timeoutMs, timeout_seconds: seconds } = template
  return {
    dependsOn: dependenciesOf(template),
    description: template.description,
    retry: {
      limit: template.default_retry_limit,
      backoffMs: template.backoff_ms,
      maxBackoffMs: template.max_backoff_ms,
      backoffJitter: template.backoff_jitter,
    },
    retryable: template.default_retryable,
    skippable: template.skippable,
    onFailure: template.on_failure,
    timeoutMs: timeoutMs ?? (seconds === undefined ? undefined : Math.round(seconds * 1000)),
    dependentSystem: template.dependent_system ?? task.default_dependent_system,
    priority: template.priority,
    results: template.results,
    handlerConfig: handlerConfigOf(template, task),
  }
}

function handlerConfigOf({ handler_config: own }: StepTemplateYaml, { handler_config: defaults }: TaskYaml): unknown {
  return own === undefined || defaults === undefined ? (own ?? defaults) : mergeDeep(defaults, own)
}

/** depends_on_step and depends_on_steps together, each name once. */
export function dependenciesOf(template: StepTemplateYaml): readonly string[] {
  const { depends_on_step: single, depends_on_steps: list = [] } = template
  return [...new Set(single === undefined ? list : [single, ...list])]
}

/** The events that the task and its steps declare, each name once; the first declaration counts. */
function customEventsOf(task: TaskYaml): readonly unknown[] {
  return declaredEvents(task).map(({ event }) => event)
}

/** Where the custom event stands that has a place in the list of the code form. */
export function customEventPath(task: TaskYaml, index: number): YamlPath | undefined {
  return declaredEvents(task)[index]?.path
}

function declaredEvents(task: TaskYaml) {
  const key = 'custom_events'
  const ofTask = (task[key] ?? []).map((event, index) => ({ event, path: [key, index] as YamlPath }))
  const ofSteps = task.step_templates.flatMap((step, place) =>
    (step[key] ?? []).map((event, index) => ({ event, path: ['step_templates', place, key, index] as YamlPath })),
  )
  const all = [...ofTask, ...ofSteps]
  const nameOf = ({ event }: (typeof all)[number]) => (typeof event === 'string' ? event : event.name)
  return all.filter((one, index) => all.findIndex((other) => nameOf(other) === nameOf(one)) === index)
}

const stepKeys: Readonly<Record<string, readonly string[]>> = {
  dependsOn: ['depends_on_steps', 'depends_on_step'],
  retry: ['default_retry_limit'],
  retryable: ['default_retryable'],
  onFailure: ['on_failure'],
  timeoutMs: ['timeout_ms', 'timeout_seconds'],
  dependentSystem: ['dependent_system'],
  handlerConfig: ['handler_config'],
  handler: ['handler', 'handler_class'],
  task: ['child'],
  context: ['child'],
  over: ['each'],
  concurrency: ['each'],
  branches: ['decide'],
}

const taskKeys: Readonly<Record<string, readonly string[]>> = {
  namespace: ['namespace', 'namespace_name'],
  context: ['schema'],
  concurrencyKey: ['concurrency_key'],
  timeoutMs: ['timeout_ms'],
  customEvents: ['custom_events'],
}

/** The YAML keys that an option of the code form may have come from; the first that the file has is meant. */
export function yamlKeysOf(option: string | undefined, isStep: boolean): readonly string[] {
  const root = option?.split(/[.[]/)[0] ?? ''
  if (option === 'retry.maxBackoffMs') return ['max_backoff_ms']
  if (option?.startsWith('retry.backoffMs')) return ['backoff_ms']
  if (option === 'retry.backoffJitter') return ['backoff_jitter']
  return (isStep ? stepKeys : taskKeys)[root] ?? [root]
}
