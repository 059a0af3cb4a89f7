import assert from 'node:assert/strict'
import { EventBus } from '../../../core/bus/event-bus.js'
import type { TaskerEvent } from '../../../core/events/envelope.js'
import { feedLifecycleMetrics, lifecycleMetrics } from '../../../core/metrics/lifecycle-metrics.js'
import { MetricsRegistry } from '../../../core/metrics/metrics-registry.js'
import { lifecycleEvent } from '../../support/lifecycle-event.js'

const task = { namespace: 'payments', taskName: 'refund', version: '1.0.0' }
const step = { ...task, stepName: 'charge', attempt: 1, retryLimit: 3 }
const error = { name: 'Error', message: 'no', category: 'timeout', retryable: true } as const
const at = '2025-06-01T10:00:00.000Z'
const id = '01970000-0000-7000-8000-000000000001'
const actor = { id: 'ann', kind: 'person' } as const

const oneOfEach: readonly TaskerEvent[] = [
  lifecycleEvent('task.initialize_requested', {
    ...task,
    from: null,
    reason: 'new',
    context: {},
    stepCount: 1,
    priority: 0,
    initiator: 'x',
    sourceSystem: 'x',
    tags: [],
    definitionHash: 'x',
  }),
  lifecycleEvent('task.completed', { ...task, stepCount: 1, completedSteps: 1, skippedSteps: 0, durationMs: 9 }),
  lifecycleEvent('task.failed', { ...task, error, failedSteps: [], blockedSteps: [], durationMs: 9 }),
  lifecycleEvent('task.cancelled', { ...task, reason: 'x', actor, from: 'pending', interruptedSteps: [] }),
  lifecycleEvent('task.resolved_manually', { ...task, reason: 'x', actor }),
  lifecycleEvent('step.completed', { ...step, results: {}, durationMs: 1 }),
  lifecycleEvent('step.failed', { ...step, error, durationMs: 1, willRetry: true }),
  lifecycleEvent('observability.step.max_retries_reached', { ...step, error }),
  lifecycleEvent('observability.step.skip', { ...step, reason: 'x' }),
  lifecycleEvent('observability.step.handle', {
    ...step,
    durationMs: 30,
    waitMs: 4,
    commitMs: 2,
    resultBytes: 10,
    outcome: 'complete',
  }),
  lifecycleEvent('observability.step.backoff', { ...step, delayMs: 700, strategy: 'list', dueAt: at }),
  lifecycleEvent('observability.task.handle', {
    ...task,
    runId: id,
    durationMs: 55,
    queueWaitMs: 6,
    stepsRun: 1,
    outcome: 'complete',
  }),
  lifecycleEvent('workflow.task_state_unclear', { ...task, finding: 'x', action: 'requeued' }),
]

function feeding() {
  const metrics = new MetricsRegistry({ clock: { now: () => 0 } })
  const bus = new EventBus()
  bus.open()
  const stop = feedLifecycleMetrics(bus, metrics)
  const find = (name: string) => metrics.snapshot().metrics.filter((metric) => metric.name === name)
  return { publish: (event: TaskerEvent) => bus.emit(event), stop, find, metrics }
}

describe('the metrics of the engine', () => {
  it('are each fed by their event, with the labels that they name', () => {
    const { publish, find } = feeding()
    for (const event of oneOfEach) publish(event)
    for (const { name, type, help, labels } of lifecycleMetrics) {
      const [record] = find(name)
      assert(record, `${name} was not fed`)
      assert.equal(record.type, type)
      assert.equal(record.help, help)
      assert.deepEqual(Object.keys(record.labels), labels)
    }
  })

  it('say in their help text what they count, and durations that they are in milliseconds', () => {
    for (const { name, type, help } of lifecycleMetrics) {
      assert.match(help, /^[A-Z].*\.$/, name)
      assert.equal(name.endsWith('_total'), type === 'counter', name)
      if (name.endsWith('_ms')) assert.match(help, /in milliseconds\.$/, name)
    }
  })

  it('take durations from the measurements', () => {
    const { publish, find } = feeding()
    for (const event of oneOfEach) publish(event)
    const sums = [
      'step_attempt_duration',
      'step_wait',
      'step_commit',
      'step_backoff',
      'task_run_duration',
      'queue_wait',
    ]
    assert.deepEqual(
      sums.map((name) => {
        const [record] = find(name === 'queue_wait' ? 'tasker_queue_wait_ms' : `tasker_${name}_ms`)
        return record?.type === 'histogram' ? record.sum : undefined
      }),
      [30, 4, 2, 700, 55, 6],
    )
  })

  it('do not count a task that is set back to wait as created', () => {
    const { publish, find } = feeding()
    publish(lifecycleEvent('task.initialize_requested', { ...task, from: 'in_progress', reason: 'retry_backoff' }))
    assert.deepEqual(find('tasker_tasks_created_total'), [])
  })

  it('count the elements of a fan-out as one step', () => {
    const { publish, find } = feeding()
    for (const index of [0, 1, 2]) {
      publish(lifecycleEvent('step.completed', { ...step, stepName: `notify[${index}]`, results: null, durationMs: 1 }))
    }
    const records = find('tasker_steps_completed_total')
    assert.equal(records.length, 1)
    assert.equal(records[0]!.labels.step, 'notify')
  })

  it('count every event by name, custom ones included, until they are stopped', () => {
    const { publish, find, stop } = feeding()
    const custom = { ...oneOfEach[0], name: 'order.shipped', payload: null } as unknown as TaskerEvent
    publish(custom)
    publish(custom)
    stop()
    publish(custom)
    const [record] = find('tasker_events_total')
    assert.deepEqual(record?.type === 'counter' && [record.labels, record.value], [{ event: 'order.shipped' }, 2])
  })
})
