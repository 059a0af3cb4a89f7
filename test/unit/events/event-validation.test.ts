import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { InvalidEventPayloadError } from '../../../core/errors/event-errors.js'
import { lifecycleEventNames } from '../../../core/events/event-catalogue.js'
import { assertLifecyclePayload, assertPayload } from '../../../core/events/event-validation.js'

const task = { namespace: 'payments', taskName: 'refund', version: '1.0.0' }
const uuid = '01890000-0000-7000-8000-000000000000'
const error = { name: 'Error', message: 'no', category: 'runtime', retryable: true }
const failed = { ...task, error, failedSteps: ['charge'], blockedSteps: [], durationMs: 3 }
const created = {
  ...task,
  from: null,
  reason: 'created',
  context: { any: ['thing'] },
  stepCount: 1,
  priority: 0,
  initiator: 'test',
  sourceSystem: 'test',
  tags: [],
  definitionHash: 'abc',
}

function refusal(work: () => void): { path: string; expected: string; found: string } {
  try {
    work()
  } catch (caught) {
    assert.ok(caught instanceof InvalidEventPayloadError, String(caught))
    return { path: caught.path, expected: caught.expected, found: caught.found }
  }
  return assert.fail('was not refused')
}

describe('validation of payloads', () => {
  it('accepts what fits', () => {
    assertLifecyclePayload('task.failed', failed)
    assertLifecyclePayload('task.initialize_requested', created)
    assertLifecyclePayload('task.initialize_requested', { ...task, from: 'in_progress', reason: 'owner_lost' })
    assertLifecyclePayload('task.start_requested', { ...task, workerId: uuid, epoch: 1 })
    assertLifecyclePayload('workflow.task_reenqueue_delayed', {
      ...task,
      reason: 'retry_backoff',
      dueAt: '2025-01-01T00:00:00.000Z',
      delayMs: 1.5,
    })
  })

  it('refuses an empty payload for each of the 56', () => {
    for (const name of lifecycleEventNames)
      assert.throws(() => assertLifecyclePayload(name, {}), InvalidEventPayloadError)
  })

  it('names the event, where in the payload, what was expected and what was found', () => {
    assert.throws(
      () => assertLifecyclePayload('task.failed', { ...failed, error: { ...error, category: 'bad luck' } }),
      /payload of "task.failed" does not fit its schema at error\.category\. Expected one of timeout, .*\. Received "bad luck"/,
    )
    assert.deepEqual(
      refusal(() => assertLifecyclePayload('task.failed', { ...failed, durationMs: undefined })),
      { path: 'durationMs', expected: 'a value', found: 'nothing' },
    )
    assert.deepEqual(
      refusal(() => assertLifecyclePayload('task.failed', { ...failed, mood: 'low' })),
      { path: 'mood', expected: 'no property "mood"', found: 'one' },
    )
    assert.deepEqual(
      refusal(() => assertLifecyclePayload('task.failed', { ...failed, failedSteps: 'charge' })),
      { path: 'failedSteps', expected: 'array', found: '"charge"' },
    )
    assert.deepEqual(
      refusal(() => assertLifecyclePayload('task.start_requested', { ...task, workerId: 'w1', epoch: 1 })),
      { path: 'workerId', expected: 'a text of the format uuid', found: '"w1"' },
    )
    assert.equal(refusal(() => assertLifecyclePayload('task.failed', 'oops')).path, '')
  })

  it('speaks of the branch of a union that was meant', () => {
    const { context: _, ...withoutContext } = created
    assert.equal(refusal(() => assertLifecyclePayload('task.initialize_requested', withoutContext)).path, 'context')
    const setBack = { ...task, from: 'in_progress', reason: 'owner_lost', dueAt: 'soon' }
    assert.equal(refusal(() => assertLifecyclePayload('task.initialize_requested', setBack)).path, 'dueAt')
  })

  it('knows the schema of a custom event, made with TypeBox or written by hand', () => {
    assertPayload('order.fulfilled', Type.Object({ orderId: Type.Integer() }), { orderId: 1 })
    const byHand = { type: 'object', properties: { orderId: { type: 'integer' } }, required: ['orderId'] }
    assert.throws(
      () => assertPayload('order.fulfilled', byHand, { orderId: 'one' }),
      /"order.fulfilled".*orderId.*integer/,
    )
  })

  it('does not repeat a secret in its message', () => {
    const schema = Type.Object({ password: Type.Integer() })
    const { found } = refusal(() => assertPayload('user.changed', schema, { password: 'hunter2' }))
    assert.equal(found, 'a string')
  })
})
