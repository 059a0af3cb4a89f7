import assert from 'node:assert/strict'
import { RetryableError } from 'tasker'
import {
  customerSuccessProcessRefund,
  type RefundTaskRequest,
} from '../../fixtures/acceptance/customer-success-process-refund.js'
import { Outside, type Response } from '../../fixtures/acceptance/outside.js'
import { paymentsProcessRefund } from '../../fixtures/acceptance/payments-process-refund.js'
import { onBothClocks, type Scene } from './both-clocks.js'
import { checkRun } from './check-run.js'

const outside = new Outside()
const payments = paymentsProcessRefund(outside)
let createTask: (request: RefundTaskRequest) => Promise<Response>
const customerSuccess = customerSuccessProcessRefund(outside, (request) => createTask(request))

/** A step that fails: its only attempt where the failure is for good, all that it has otherwise. */
function failedSteps(
  steps: readonly { name: string; state: string; attempts: number; error: { code?: string } | null }[],
) {
  return steps
    .filter(({ state }) => state === 'error')
    .map(({ name, attempts, error }) => [name, attempts, error?.code])
}

onBothClocks('payments.process_refund', [payments], (scene) => {
  const refund = { payment_id: 'p-1', refund_amount: 20 }
  beforeEach(() => outside.reset())

  it('completes, and the gateway refunds once', async () => {
    const run = await scene.tasker.run(payments, refund)
    checkRun(scene, run, 'complete')
    assert.deepEqual(run.steps.process_gateway_refund.results, { refund_id: 'rf_p-1', refund_amount: 20 })
    assert.deepEqual(
      run.task.steps.map(({ retryLimit }) => retryLimit),
      [3, 2, 3, 5],
    )
    assert.equal(outside.calls('gateway.refund').length, 1)
  })

  const answers: readonly [call: string, step: string, status: string, code: string, attempts: number][] = [
    ['payments.validate', 'validate_payment_eligibility', 'ineligible', 'PAYMENT_INELIGIBLE', 1],
    ['payments.validate', 'validate_payment_eligibility', 'insufficient_funds', 'INSUFFICIENT_FUNDS', 1],
    ['payments.validate', 'validate_payment_eligibility', 'processing', 'PAYMENT_PROCESSING', 3],
    ['payments.validate', 'validate_payment_eligibility', 'pending', 'PAYMENT_PENDING', 3],
    ['gateway.refund', 'process_gateway_refund', 'pending', 'REFUND_PENDING', 2],
    ['gateway.refund', 'process_gateway_refund', 'rate_limited', 'GATEWAY_RATE_LIMITED', 2],
    ['gateway.refund', 'process_gateway_refund', 'already_refunded', 'ALREADY_REFUNDED', 1],
    ['gateway.refund', 'process_gateway_refund', 'invalid_payment', 'INVALID_PAYMENT', 1],
    ['gateway.refund', 'process_gateway_refund', 'connection_failed', 'GATEWAY_CONNECTION_FAILED', 1],
    ['gateway.refund', 'process_gateway_refund', 'timeout', 'GATEWAY_TIMEOUT', 2],
    ['gateway.refund', 'process_gateway_refund', 'unavailable', 'GATEWAY_UNAVAILABLE', 2],
  ]
  for (const [call, step, status, code, attempts] of answers) {
    const isRetried = attempts > 1
    it(`${isRetried ? 'tries again' : 'ends'} where ${step} is answered with ${status}`, async () => {
      outside.answer(call, ...Array.from({ length: attempts }, () => ({ status })))
      const failed = await scene.tasker.run(payments, refund)
      assert.equal(failed.state, 'error')
      assert.deepEqual(failedSteps(failed.task.steps), [[step, attempts, code]])
      if (!isRetried) return
      outside.answer(call, { status })
      checkRun(scene, await scene.tasker.run(payments, refund), 'complete', { [step]: ['complete', 2] })
    })
  }
})

onBothClocks('customer_success.process_refund', [customerSuccess, payments], (scene) => {
  const request = {
    ticket_id: 't-1',
    customer_id: 'c-1',
    payment_id: 'p-1',
    refund_amount: 120,
    refund_reason: 'broken',
  }
  beforeEach(() => {
    outside.reset()
    createTask = (asked) => createHere(scene, asked)
  })

  it('completes, and so does the refund of the payments team that it creates', async () => {
    const run = await scene.tasker.run(customerSuccess, request)
    checkRun(scene, run, 'complete')
    const { task_id, correlation_id } = run.steps.execute_refund_workflow.results
    assert.match(correlation_id, /^cs-[0-9a-f]{16}$/)
    await scene.finish(task_id)
    const refund = (await scene.tasker.tasks.get(task_id))!
    assert.deepEqual(
      [refund.namespace, refund.name, refund.version, refund.state],
      ['payments', 'process_refund', '2.1.0', 'complete'],
    )
    assert.deepEqual(refund.context, {
      payment_id: 'p-1',
      refund_amount: 120,
      refund_reason: 'broken',
    })
    assert.equal(refund.correlationId, correlation_id)
    assert.deepEqual(
      run.task.steps.map(({ retryLimit, timeoutMs }) => [retryLimit, timeoutMs]),
      [
        [3, 600_000],
        [2, 600_000],
        [1, 300_000],
        [3, 600_000],
        [3, 600_000],
      ],
    )
  })

  it('hands on the correlation id that it was given', async () => {
    const run = await scene.tasker.run(customerSuccess, { ...request, correlation_id: 'web-17' })
    assert.equal(run.steps.execute_refund_workflow.results.correlation_id, 'web-17')
  })

  it('asks nobody for small amounts', async () => {
    const run = await scene.tasker.run(customerSuccess, { ...request, refund_amount: 49.99 })
    checkRun(scene, run, 'complete')
    assert.equal(run.steps.get_manager_approval.results.approved_by, 'policy')
    assert.deepEqual(outside.calls('managers.ask'), [])
  })

  it('goes on with a ticket that somebody works on', async () => {
    outside.answer('tickets.get', { status: 'in_progress' })
    assert.equal((await scene.tasker.run(customerSuccess, request)).state, 'complete')
  })

  const ends: readonly [call: string, answer: object, step: string, code: string][] = [
    ['tickets.get', { status: 'closed' }, 'validate_refund_request', 'TICKET_CLOSED'],
    ['tickets.get', { status: 'cancelled' }, 'validate_refund_request', 'TICKET_CANCELLED'],
    ['tickets.get', { status: 'duplicate' }, 'validate_refund_request', 'TICKET_DUPLICATE'],
    ['policy.check', { decision: 'denied' }, 'check_refund_policy', 'POLICY_DENIED'],
    ['managers.ask', { status: 'denied' }, 'get_manager_approval', 'APPROVAL_DENIED'],
    ['managers.ask', { status: 'expired' }, 'get_manager_approval', 'APPROVAL_EXPIRED'],
    [
      'payments.create_task',
      { status: 201, body: { status: 'failed' } },
      'execute_refund_workflow',
      'REFUND_WORKFLOW_FAILED',
    ],
    [
      'payments.create_task',
      { status: 200, body: { status: 'rejected' } },
      'execute_refund_workflow',
      'REFUND_WORKFLOW_FAILED',
    ],
    [
      'payments.create_task',
      { status: 201, body: { status: 'created' } },
      'execute_refund_workflow',
      'MISSING_TASK_ID',
    ],
    ['payments.create_task', { status: 400 }, 'execute_refund_workflow', 'REFUND_REFUSED'],
    ['payments.create_task', { status: 403 }, 'execute_refund_workflow', 'REFUND_REFUSED'],
    ['payments.create_task', { status: 404 }, 'execute_refund_workflow', 'REFUND_REFUSED'],
  ]
  for (const [call, answer, step, code] of ends) {
    it(`ends with ${code} where ${call} gives ${JSON.stringify(answer)}`, async () => {
      outside.answer(call, answer)
      const run = await scene.tasker.run(customerSuccess, request)
      assert.equal(run.state, 'error')
      assert.deepEqual(failedSteps(run.task.steps), [[step, 1, code]])
    })
  }

  for (const [call, answer, step] of [
    ['policy.check', { decision: 'requires_review' }, 'check_refund_policy'],
    ['payments.create_task', { status: 429 }, 'execute_refund_workflow'],
    ['payments.create_task', { status: 502 }, 'execute_refund_workflow'],
    ['payments.create_task', new RetryableError('no connection'), 'execute_refund_workflow'],
  ] as const) {
    it(`tries again where ${call} gives ${answer instanceof Error ? 'an error' : JSON.stringify(answer)}`, async () => {
      outside.answer(call, answer)
      checkRun(scene, await scene.tasker.run(customerSuccess, request), 'complete', { [step]: ['complete', 2] })
    })
  }

  it('leaves an approval that is pending to a person, who asks again once the manager has decided', async () => {
    outside.answer('managers.ask', { status: 'pending' })
    const run = await scene.tasker.run(customerSuccess, request)
    assert.equal(run.state, 'error')
    assert.deepEqual(failedSteps(run.task.steps), [['get_manager_approval', 1, 'APPROVAL_PENDING']])
    assert.equal(run.steps.get_manager_approval.error?.retryable, true)
    await scene.tasker.tasks.retry(run.id, { reason: 'approved by phone', actor: { id: 'm-1', kind: 'person' } })
    await scene.finish(run.id)
    const task = (await scene.tasker.tasks.get(run.id))!
    assert.deepEqual([task.state, task.steps[2]?.attempts], ['complete', 2])
  })
})

/** What the API of the payments team does: creates the task, and names it. */
async function createHere({ tasker }: Scene, { correlationId, ...request }: RefundTaskRequest): Promise<Response> {
  const { id } = await tasker.tasks.create({ ...request, correlationId })
  return { status: 201, body: { task_id: id, status: 'created' } }
}
