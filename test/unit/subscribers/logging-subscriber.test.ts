import assert from 'node:assert/strict'
import type { TaskerEvent } from '../../../core/events/envelope.js'
import { lifecycleEventNames } from '../../../core/events/event-catalogue.js'
import { createLoggingSubscriber, type LoggingOptions, loggingSubscriber } from '../../../subscribers/logging/index.js'
import { lifecycleEvent } from '../../support/lifecycle-event.js'
import { samplePayload } from '../../support/sample-payload.js'

interface Line {
  readonly level: string
  readonly fields: Record<string, unknown> & { readonly payload: Record<string, unknown> }
  readonly message: string
}

function logged(event: TaskerEvent, options?: LoggingOptions): Line | undefined {
  const lines: Line[] = []
  const at = (level: string) => (fields: Line['fields'], message: string) => lines.push({ level, fields, message })
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const subscriber = options === undefined ? loggingSubscriber : createLoggingSubscriber(options)
  subscriber.on['*']!(event, { log: log as never, signal: new AbortController().signal, attempt: 1 })
  assert(lines.length <= 1)
  return lines[0]
}

const step = {
  namespace: 'payments',
  taskName: 'process_order',
  version: '2.1.0',
  stepName: 'charge',
  attempt: 2,
  retryLimit: 3,
}
const error = { name: 'GatewayError', message: 'no answer', category: 'network', retryable: true } as const
const failure = (willRetry: boolean) => lifecycleEvent('step.failed', { ...step, error, durationMs: 3, willRetry })

describe('the logging subscriber', () => {
  it('has a sentence for each lifecycle event', () => {
    for (const name of lifecycleEventNames) {
      const { message, fields } = logged(lifecycleEvent(name, samplePayload(name)) as TaskerEvent)!
      assert(message.length > 12, message)
      assert(!/undefined|\[object|NaN/.test(message), `${name}: ${message}`)
      assert.equal(fields.event, name)
    }
  })

  it('says which step of which task failed, at which attempt and why', () => {
    assert.equal(
      logged(failure(false))!.message,
      'step charge of payments.process_order@2.1.0 failed, attempt 2 of 3: GatewayError: no answer',
    )
  })

  it('warns of a failure that will be tried again and reports one that will not as an error', () => {
    assert.equal(logged(failure(true))!.level, 'warn')
    assert.equal(logged(failure(false))!.level, 'error')
  })

  it('tells the ends of tasks and what people do as info, and what comes with every step as debug', () => {
    const levelOf = (name: (typeof lifecycleEventNames)[number]) =>
      logged(lifecycleEvent(name, samplePayload(name)) as TaskerEvent)!.level
    assert.deepEqual(
      (['task.completed', 'task.retry_requested', 'step.resolved_manually', 'export.completed'] as const).map(levelOf),
      ['info', 'info', 'info', 'info'],
    )
    assert.equal(levelOf('task.failed'), 'error')
    const inside = lifecycleEventNames.filter((name) => levelOf(name) === 'debug')
    assert(inside.includes('workflow.task_started'))
    assert(inside.includes('step.completed'))
    assert(inside.includes('observability.step.handle'))
    assert(inside.includes('step.before_transition'))
  })

  it('logs the ids of the event and of what it is about', () => {
    const { id, ...envelope } = {
      id: 'e1',
      correlationId: 'c1',
      causationId: 'e0',
      taskId: 't1',
      stepId: 's1',
      position: '5',
    }
    const { fields } = logged({ ...failure(true), id, ...envelope })!
    const { payload, ...ids } = fields
    assert.deepEqual(ids, { event: 'step.failed', eventId: 'e1', ...envelope })
    assert.equal(payload.stepName, 'charge')
  })

  it('leaves contexts, inputs and results out, unless asked for them, and masks what looks like a secret', () => {
    const completed = lifecycleEvent('step.completed', {
      ...step,
      results: { cardToken: 'tok_1', total: 5 },
      durationMs: 1,
    })
    assert(!('results' in logged(completed)!.fields.payload))
    assert.deepEqual(logged(completed, { includeContent: true })!.fields.payload.results, {
      cardToken: '[FILTERED]',
      total: 5,
    })
    const custom = {
      ...completed,
      name: 'order.shipped',
      payload: { password: 'x', order: 1 },
    } as unknown as TaskerEvent
    assert.deepEqual(logged(custom)!.fields.payload, { password: '[FILTERED]', order: 1 })
  })

  it('logs a custom event as info, whatever its payload is', () => {
    const custom = { ...failure(true), name: 'order.shipped', payload: null } as unknown as TaskerEvent
    const line = logged(custom)!
    assert.deepEqual([line.level, line.message], ['info', 'event order.shipped'])
  })

  it('takes other levels for single events, and silence', () => {
    const options: LoggingOptions = { levels: { 'step.failed': 'silent', 'task.completed': 'debug' } }
    assert.equal(logged(failure(false), options), undefined)
    const completed = lifecycleEvent('task.completed', samplePayload('task.completed'))
    assert.equal(logged(completed, options)!.level, 'debug')
  })
})
