import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { ExportRequest } from '../../../core/contracts/exporter.js'
import type { MetricRecord } from '../../../core/contracts/metrics.js'
import type { LogEntry, LogEvent, LogQuery, StepWithTask, StoredLogEntry } from '../../../core/contracts/store.js'
import { eventSource } from '../../../core/exports/event-source.js'
import { metricSource } from '../../../core/exports/metric-source.js'
import { formatPosition } from '../../../core/workflow/log-position.js'
import { stepRecord, taskRecord } from '../../support/task-records.js'
import { type WorkbenchSettings, workbench } from './export-workbench.js'

type Row = Readonly<Record<string, unknown>>

async function rows(settings: WorkbenchSettings, request: Omit<ExportRequest, 'format'>): Promise<readonly Row[]> {
  const stream = new PassThrough()
  const [lines] = await Promise.all([
    text(stream),
    workbench(settings).run({ ...request, format: 'ndjson', output: stream }),
  ])
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row)
}

const secret = { orderId: 1, password: 'x', card: { number: '4111', brand: 'visa' } }
const filtered = { orderId: 1, password: '[FILTERED]', card: { number: '[FILTERED]', brand: 'visa' } }
const sensitive = {
  'shop.order@1.0.0': ['context.card.number', 'results.card.number', 'element.item.card.number'],
}
const error = { name: 'Error', message: 'no', category: 'other', retryable: false } as const

describe('an export of tasks', () => {
  it('has every member of a task, its duration, and no secret', async () => {
    const task = taskRecord({
      context: secret,
      error,
      tags: ['a'],
      startedAt: '2026-01-01T00:00:01.000Z',
      completedAt: '2026-01-01T00:00:03.500Z',
    })
    const [row] = await rows({ tasks: [task], sensitive }, { source: 'tasks' })
    deepEqual(row, { ...task, context: filtered, durationMs: 2500 })
    deepEqual(task.context, secret)
  })

  it('has null for the duration of a task that has not ended', async () => {
    const [row] = await rows({ tasks: [taskRecord()] }, { source: 'tasks' })
    equal(row?.durationMs, null)
  })

  it('has all tasks of all pages, in their order', async () => {
    const tasks = Array.from({ length: 751 }, () => taskRecord())
    deepEqual(
      (await rows({ tasks }, { source: 'tasks', columns: ['id'] })).map(({ id }) => id),
      tasks.map(({ id }) => id),
    )
  })
})

describe('an export of steps', () => {
  const task = taskRecord({ state: 'complete' })
  const stepOf = (name: string, values = {}): StepWithTask => {
    const { resultEntry: _entry, resultIndex: _index, ...step } = stepRecord(task, { name, ...values })
    return { task, step: { ...step, results: secret } }
  }

  it('has every member of a step, its task, its results without secrets, and its duration', async () => {
    const row = stepOf('charge', {
      element: { of: 'charge', index: 0, item: secret },
      startedAt: '2026-01-01T00:00:01.000Z',
      completedAt: '2026-01-01T00:00:01.250Z',
    })
    const [exported] = await rows({ steps: [row], sensitive }, { source: 'steps' })
    deepEqual(exported, {
      ...row.step,
      namespace: 'shop',
      taskName: 'order',
      version: '1.0.0',
      taskState: 'complete',
      correlationId: task.correlationId,
      results: filtered,
      element: { of: 'charge', index: 0, item: filtered },
      durationMs: 250,
    })
  })

  it('can be of the steps of certain names', async () => {
    const steps = ['charge', 'notify[0]', 'notify[1]', 'confirm'].map((name) => stepOf(name))
    const named = await rows(
      { steps },
      { source: 'steps', filters: { names: ['notify[*', 'charge'] }, columns: ['name'] },
    )
    deepEqual(
      named.map(({ name }) => name),
      ['charge', 'notify[0]', 'notify[1]'],
    )
  })
})

describe('an export of events', () => {
  const at = '2026-01-01T00:00:00.000Z'
  const event = (name: string, payload: unknown, values: Partial<LogEvent> = {}): LogEvent => ({
    id: randomUUID(),
    name,
    schemaVersion: 1,
    occurredAt: at,
    correlationId: 'c-1',
    payload,
    ...values,
  })
  const about = (name: string, more = {}) => ({ namespace: 'shop', taskName: name, version: '1.0.0', ...more })
  const taskId = '0198a000-0000-7000-8000-000000000001'
  const entry = (id: number, of: string | null, events: readonly LogEvent[]): LogEntry => ({
    id: String(id),
    taskId: of,
    entry: of === null ? null : id,
    events,
  })
  const log = [
    entry(9, taskId, [
      event('task.initialize_requested', about('order', { context: secret })),
      event('step.initialize_requested', about('order'), { stepId: 'S1' }),
    ]),
    entry(10, 'T2', [event('step.completed', about('refund')), event('order.fulfilled', { total: 5, token: 'x' })]),
    entry(11, null, [
      event('shop.opened', undefined, { occurredAt: '2026-01-02T00:00:00.000Z', correlationId: 'c-2' }),
    ]),
  ]
  const names = async (filters: ExportRequest['filters']) =>
    (await rows({ log }, { source: 'events', filters, columns: ['name'] })).map(({ name }) => name)

  it('has each event of the log in order, with its position and no secret', async () => {
    const found = await rows({ log, sensitive }, { source: 'events' })
    deepEqual(
      found.map(({ position }) => position),
      [formatPosition(9, 0), formatPosition(9, 1), formatPosition(10, 0), formatPosition(10, 1), formatPosition(11, 0)],
    )
    deepEqual(found[0], {
      position: '0000000000000009.000000',
      id: log[0]?.events[0]?.id,
      name: 'task.initialize_requested',
      schemaVersion: 1,
      occurredAt: at,
      taskId,
      stepId: null,
      correlationId: 'c-1',
      causationId: null,
      payload: about('order', { context: filtered }),
    })
    deepEqual(found[1]?.stepId, 'S1')
    deepEqual(found[3]?.payload, { total: 5, token: '[FILTERED]' })
    deepEqual([found[4]?.taskId, found[4]?.payload], [null, null])
  })

  it('can be of certain names, tasks, times and correlations', async () => {
    deepEqual(await names({ names: ['task.*', 'shop.opened'] }), ['task.initialize_requested', 'shop.opened'])
    deepEqual(await names({ name: 'refund' }), ['step.completed', 'order.fulfilled'])
    deepEqual(await names({ taskId }), ['task.initialize_requested', 'step.initialize_requested'])
    deepEqual(await names({ since: '2026-01-01T12:00:00Z' }), ['shop.opened'])
    equal((await names({ until: new Date('2026-01-01T12:00:00Z') })).length, 4)
    deepEqual(await names({ correlationId: 'c-2' }), ['shop.opened'])
    for (const wrong of [{ state: 'error' }, { taskId: 'T1' }, { since: '2026-02-30' }, { until: '1' }] as const)
      await rejects(names(wrong), { code: 'INVALID_EXPORT_FILTER' })
  })

  it('knows the task of an entry by its lifecycle events, whatever custom ones say in their payloads', async () => {
    const claim = { namespace: 'shop', taskName: 'refund', version: '1.0.0', context: secret }
    const mixed = [entry(9, taskId, [event('order.sent', claim), event('step.completed', about('order'))])]
    const options = { source: 'events', filters: { name: 'order' }, columns: ['name', 'payload'] } as const
    const found = await rows({ log: mixed, sensitive }, options)
    deepEqual(
      found.map(({ name }) => name),
      ['order.sent', 'step.completed'],
    )
    deepEqual((found[0]!.payload as { context: unknown }).context, filtered)
  })

  it('counts the place in an entry that is read from its middle', async () => {
    const rest: StoredLogEntry = {
      ...entry(9, taskId, [event('order.fulfilled', {}), event('order.sent', {})]),
      firstIndex: 3,
    }
    const asked: (string | undefined)[] = []
    const readLog = async ({ after }: LogQuery) => {
      asked.push(after)
      return after === undefined ? [rest] : []
    }
    const found = []
    const logEnd = async () => formatPosition(12, 0)
    for await (const page of eventSource({ readLog, logEnd }, (value) => value).pages({})) found.push(...page.records)
    deepEqual(
      found.map(({ position }) => position),
      [formatPosition(9, 3), formatPosition(9, 4)],
    )
    deepEqual(asked, [undefined, formatPosition(9, 4)])
  })

  it('has every entry of a long log once', async () => {
    const long = Array.from({ length: 1001 }, (_, index) =>
      entry(index + 1, taskId, [event('task.completed', about('order'))]),
    )
    const found = await rows({ log: long }, { source: 'events', columns: ['id'] })
    equal(new Set(found.map(({ id }) => id)).size, 1001)
    equal(found.length, 1001)
  })

  it('ends although the log grows faster than it is read', async () => {
    const log: LogEntry[] = []
    const grow = () => {
      for (let added = 0; added < 300; added++) log.push(entry(log.length + 1, taskId, [event('task.completed', {})]))
    }
    grow()
    const onRead = (pages: number) => {
      ok(pages < 10, 'the log is followed for ever')
      grow()
    }
    equal((await rows({ log, onRead }, { source: 'events', columns: ['id'] })).length, 300)
  })

  it('has what a worker has written whose clock is ahead', async () => {
    const occurredAt = new Date(Date.now() + 3_600_000).toISOString()
    const log = Array.from({ length: 301 }, (_, index) =>
      entry(index + 1, taskId, [event('task.completed', {}, { occurredAt })]),
    )
    equal((await rows({ log }, { source: 'events', columns: ['id'] })).length, 301)
  })
})

describe('an export of metrics', () => {
  const counter: MetricRecord = {
    name: 'tasks_total',
    help: 'Tasks',
    labels: { state: 'complete' },
    type: 'counter',
    value: 3,
  }
  const buckets = [
    { upperBound: 5, count: 1 },
    { upperBound: null, count: 2 },
  ]
  const histogram: MetricRecord = {
    name: 'step_ms',
    help: 'Steps',
    labels: {},
    type: 'histogram',
    count: 3,
    sum: 12,
    buckets,
  }
  const takenAt = '2026-01-01T00:00:00.000Z'

  it('has a record per metric and worker, of either kind', async () => {
    const metrics = [
      { workerId: 'w1', takenAt, metrics: [counter, histogram] },
      { workerId: 'w2', takenAt, metrics: { takenAt, metrics: [counter] } },
    ]
    const found = await rows({ metrics }, { source: 'metrics' })
    const none = { count: null, sum: null, buckets: null }
    deepEqual(found, [
      { ...counter, ...none, workerId: 'w1', takenAt },
      { ...histogram, value: null, workerId: 'w1', takenAt },
      { ...counter, ...none, workerId: 'w2', takenAt },
    ])
    const named = await rows({ metrics }, { source: 'metrics', filters: { names: ['step_*'] }, columns: ['name'] })
    deepEqual(named, [{ name: 'step_ms' }])
  })

  it('takes the metrics of its own worker now, not as they were stored', async () => {
    const stored = { workerId: 'w1', takenAt, metrics: [counter] }
    const live = { workerId: 'w1', snapshot: () => ({ takenAt, metrics: [{ ...counter, value: 8 }] }) }
    const found = []
    for await (const page of metricSource({ readMetrics: async () => [stored] }, live).pages({}))
      found.push(...page.records)
    deepEqual(
      found.map(({ value }) => value),
      [8],
    )
  })
})
