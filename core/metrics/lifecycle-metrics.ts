import type { ListenOptions } from '../contracts/events-api.js'
import type { MetricsApi } from '../contracts/metrics.js'
import type { TaskerEvent } from '../events/envelope.js'
import type { EventPayload, LifecycleEventName } from '../events/event-catalogue.js'
import type { Labels } from './labelled-series.js'

/** A metric that the engine feeds from its own events. */
export interface LifecycleMetric {
  readonly name: string
  readonly type: 'counter' | 'histogram'
  /** What it says, with its unit. */
  readonly help: string
  readonly labels: readonly string[]
  /** The event that feeds it; `*` for every event. */
  readonly event: LifecycleEventName | '*'
}

interface Feed<N extends LifecycleEventName> {
  /** What the event adds: by default 1; undefined for nothing. */
  readonly value?: (payload: EventPayload<N>) => number | undefined
  /** Labels on top of those of the task or step. */
  readonly extra?: { readonly [label: string]: (payload: EventPayload<N>) => string }
}

interface FedMetric extends LifecycleMetric {
  readonly read: (payload: Readonly<Record<string, unknown>>) => number | undefined
  readonly labelsOf: (payload: Readonly<Record<string, unknown>>) => Labels
}

const taskLabels = { namespace: 'namespace', task: 'taskName', version: 'version' } as const
const stepLabels = { namespace: 'namespace', step: 'stepName', task: 'taskName', version: 'version' } as const

/** A metric about a task (labels namespace, task, version) or a step (step as well). */
function fed<N extends LifecycleEventName>(
  type: LifecycleMetric['type'],
  name: string,
  help: string,
  event: N,
  about: 'task' | 'step',
  { value = () => 1, extra = {} }: Feed<N> = {},
): FedMetric {
  const standard = Object.entries(about === 'task' ? taskLabels : stepLabels)
  const added = Object.entries(extra)
  return {
    name,
    type,
    help,
    event,
    labels: [...standard.map(([label]) => label), ...added.map(([label]) => label)],
    read: value as FedMetric['read'],
    labelsOf: rememberLabels([
      ...standard.map(([label, field]): LabelReader => [label, (payload) => withoutIndex(String(payload[field]))]),
      ...added.map(([label, read]): LabelReader => [label, (payload) => read(payload as never)]),
    ]),
  }
}

type LabelReader = readonly [label: string, read: (payload: Readonly<Record<string, unknown>>) => string]

/** Sets of labels that are remembered for one metric. */
const REMEMBERED = 2000

/** Gives the same frozen object for the same values, which a metric finds again without comparing texts. */
function rememberLabels(readers: readonly LabelReader[]): FedMetric['labelsOf'] {
  const remembered = new Map<string, Labels>()
  return (payload) => {
    let key = ''
    for (const [, read] of readers) key += `${read(payload)}\u0000`
    let labels = remembered.get(key)
    if (labels === undefined) {
      labels = Object.freeze(Object.fromEntries(readers.map(([label, read]) => [label, read(payload)])))
      if (remembered.size >= REMEMBERED) remembered.clear()
      remembered.set(key, labels)
    }
    return labels
  }
}

/** The elements of a fan-out, `notify[0]`, `notify[1]` …, count as one step: there may be thousands of them. */
function withoutIndex(name: string): string {
  return name.endsWith(']') ? name.replace(/\[\d+\]$/, '') : name
}

const counter = fed.bind(undefined, 'counter') as Fed
const histogram = fed.bind(undefined, 'histogram') as Fed
type Fed = <N extends LifecycleEventName>(
  name: string,
  help: string,
  event: N,
  about: 'task' | 'step',
  feed?: Feed<N>,
) => FedMetric

const fedMetrics: readonly FedMetric[] = [
  counter('tasker_tasks_created_total', 'Tasks created.', 'task.initialize_requested', 'task', {
    value: (payload) => (payload.from === null ? 1 : undefined),
  }),
  counter('tasker_tasks_completed_total', 'Tasks that became complete.', 'task.completed', 'task'),
  counter('tasker_tasks_failed_total', 'Tasks that ended in error.', 'task.failed', 'task'),
  counter('tasker_tasks_cancelled_total', 'Tasks that were cancelled.', 'task.cancelled', 'task'),
  counter('tasker_tasks_resolved_total', 'Tasks that a person resolved.', 'task.resolved_manually', 'task'),
  counter('tasker_steps_completed_total', 'Steps that became complete.', 'step.completed', 'step'),
  counter(
    'tasker_step_attempts_failed_total',
    'Attempts that ended in error, by kind of error.',
    'step.failed',
    'step',
    {
      extra: { category: (payload) => payload.error.category },
    },
  ),
  counter(
    'tasker_step_retries_exhausted_total',
    'Steps whose last allowed attempt failed.',
    'observability.step.max_retries_reached',
    'step',
  ),
  counter('tasker_steps_skipped_total', 'Steps bypassed or skipped.', 'observability.step.skip', 'step'),
  histogram(
    'tasker_step_attempt_duration_ms',
    'Time in the handler, per attempt, in milliseconds.',
    'observability.step.handle',
    'step',
    { value: (payload) => payload.durationMs, extra: { outcome: (payload) => payload.outcome } },
  ),
  histogram(
    'tasker_step_wait_ms',
    'Time from being ready to the call of the handler, per attempt, in milliseconds.',
    'observability.step.handle',
    'task',
    { value: (payload) => payload.waitMs },
  ),
  histogram(
    'tasker_step_commit_ms',
    'Time until the outcome of an attempt was committed, in milliseconds.',
    'observability.step.handle',
    'task',
    { value: (payload) => payload.commitMs },
  ),
  histogram(
    'tasker_step_backoff_ms',
    'Delay until the next attempt after a failure, in milliseconds.',
    'observability.step.backoff',
    'step',
    { value: (payload) => payload.delayMs },
  ),
  histogram(
    'tasker_task_run_duration_ms',
    'Time that a worker spent on one run of a task, in milliseconds.',
    'observability.task.handle',
    'task',
    { value: (payload) => payload.durationMs, extra: { outcome: (payload) => payload.outcome } },
  ),
  counter(
    'tasker_tasks_recovered_total',
    'Tasks whose stored state was unclear, by what was done about it: reclaimed from a lost owner, requeued, failed, reported.',
    'workflow.task_state_unclear',
    'task',
    { extra: { action: (payload) => payload.action } },
  ),
  histogram(
    'tasker_queue_wait_ms',
    'Time from when a task was due until a worker began it, in milliseconds.',
    'observability.task.handle',
    'task',
    { value: (payload) => payload.queueWaitMs },
  ),
]

const EVENTS_TOTAL: LifecycleMetric = {
  name: 'tasker_events_total',
  type: 'counter',
  help: 'Events handed out by the bus of this process, custom ones included; those that nobody listens to are not made.',
  labels: ['event'],
  event: '*',
}

/** Every metric that the engine feeds, for documentation and dashboards. */
export const lifecycleMetrics: readonly LifecycleMetric[] = Object.freeze([
  ...fedMetrics.map(({ name, type, help, labels, event }) => ({ name, type, help, labels, event })),
  EVENTS_TOTAL,
])

/** The part of the bus that is needed. */
export interface EventSource {
  on(patterns: readonly string[] | '*', listener: (event: TaskerEvent) => unknown, options?: ListenOptions): () => void
}

/**
 * Feeds {@link lifecycleMetrics} from the events of this process; gives a function that stops it.
 *
 * What only counts events is passive: no event is made on its account.
 */
export function feedLifecycleMetrics(events: EventSource, metrics: MetricsApi): () => void {
  const feeds = new Map<string, ((payload: Readonly<Record<string, unknown>>) => void)[]>()
  for (const metric of fedMetrics) {
    const list = feeds.get(metric.event) ?? []
    list.push(feedOf(metric, metrics))
    feeds.set(metric.event, list)
  }
  const total = metrics.counter(EVENTS_TOTAL.name, EVENTS_TOTAL.help)
  const totalLabels = rememberLabels([['event', ({ name }) => String(name)]])
  const offFeeds = events.on(
    [...feeds.keys()],
    (event) => {
      for (const feed of feeds.get(event.name) ?? []) feed(event.payload as Readonly<Record<string, unknown>>)
    },
    { name: 'lifecycle metrics' },
  )
  const offTotal = events.on('*', (event) => total.increment(1, totalLabels({ name: event.name })), {
    name: 'count of events',
    isPassive: true,
  })
  return () => {
    offFeeds()
    offTotal()
  }
}

function feedOf(metric: FedMetric, metrics: MetricsApi): (payload: Readonly<Record<string, unknown>>) => void {
  const { name, help } = metric
  const add =
    metric.type === 'counter' ? bind(metrics.counter(name, help)) : bindHistogram(metrics.histogram(name, { help }))
  return (payload) => {
    const value = metric.read(payload)
    if (value !== undefined) add(value, metric.labelsOf(payload))
  }
}

function bind(target: ReturnType<MetricsApi['counter']>) {
  return (value: number, labels: Labels) => target.increment(value, labels)
}

function bindHistogram(target: ReturnType<MetricsApi['histogram']>) {
  return (value: number, labels: Labels) => target.observe(value, labels)
}
