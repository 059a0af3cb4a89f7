import assert from 'node:assert/strict'
import { PermanentError, RetryableError } from 'tasker'
import { customerAnalytics, usualOrders, usualUsers } from '../../fixtures/acceptance/customer-analytics.js'
import { Outside } from '../../fixtures/acceptance/outside.js'
import { onBothClocks } from './both-clocks.js'
import { batches, checkRun, type ExpectedSteps } from './check-run.js'

const outside = new Outside()
const analytics = customerAnalytics(outside)
const request = {
  date_range: { start_date: '2026-01-01', end_date: '2026-01-31' },
  notification_channels: ['email', 'slack'],
}

const waiting = (...names: readonly string[]): ExpectedSteps =>
  Object.fromEntries(names.map((name) => [name, ['pending', 0]]))
const last = ['generate_insights', 'update_dashboard', 'send_notifications']

onBothClocks('blog_examples.customer_analytics', [analytics], (scene) => {
  beforeEach(() => outside.reset())

  it('completes its eight steps, three extracts at once', async () => {
    const run = await scene.tasker.run(analytics, request)
    checkRun(scene, run, 'complete')
    assert.deepEqual(batches(run)[0], ['extract_orders', 'extract_users', 'extract_products'])
    assert.deepEqual(run.steps.transform_customer_metrics.results, { customers: 120, buyers: 20, revenue: 1830 })
    assert.deepEqual(run.steps.generate_insights.results, { revenue_per_buyer: 91.5, sell_through: 1 })
    assert.deepEqual(
      run.task.steps.map(({ retryLimit }) => retryLimit),
      [3, 5, 3, 2, 2, 3, 3, 5],
    )
  })

  it('ends in error where the orders time out to the end, the other extracts complete', async () => {
    const timeout = new RetryableError('Database connection timeout', { code: 'DATABASE_TIMEOUT' })
    outside.answer('warehouse.orders', timeout, timeout, timeout)
    const run = await scene.tasker.run(analytics, request)
    checkRun(scene, run, 'error', {
      extract_orders: ['error', 3],
      ...waiting('transform_customer_metrics', 'transform_product_metrics', ...last),
    })
    assert.equal(run.steps.extract_orders.error?.message, 'Database connection timeout')
    assert.match(run.task.error?.message ?? '', /extract_orders.*Database connection timeout/s)
  })

  it('ends in error where a transformation runs out of memory, the other one complete', async () => {
    const error = new Error('Out of memory while grouping customers')
    outside.answer('transform.customers', error, error)
    const run = await scene.tasker.run(analytics, request)
    checkRun(scene, run, 'error', { transform_customer_metrics: ['error', 2], ...waiting(...last) })
    assert.match(run.steps.transform_customer_metrics.error?.message ?? '', /^Out of memory/)
  })

  it('has six steps complete where the dashboard knows it no longer, after one attempt', async () => {
    outside.answer('dashboard.update', new PermanentError('unknown key', { code: 'DASHBOARD_AUTH_FAILED' }))
    const run = await scene.tasker.run(analytics, request)
    checkRun(scene, run, 'error', { update_dashboard: ['error', 1], send_notifications: ['pending', 0] })
    assert.equal(run.steps.update_dashboard.error?.code, 'DASHBOARD_AUTH_FAILED')
    assert.equal(run.task.steps.filter(({ state }) => state === 'complete').length, 6)
  })

  const rateLimit = new RetryableError('too many notifications', { code: 'RATE_LIMITED', retryAfterMs: 60_000 })

  it('waits as long as the notifications ask for, and completes', async () => {
    outside.answer('notifications.send', rateLimit)
    const run = await scene.tasker.run(analytics, request)
    checkRun(scene, run, 'complete', { send_notifications: ['complete', 2] })
    const [retry] = run.events.of('step.retry_requested')
    const waitMs = Date.parse(retry!.payload.dueAt) - Date.parse(retry!.occurredAt)
    assert.equal(waitMs, Math.min(60_000, scene.backoff.maxMs))
    assert.equal(run.events.of('observability.step.backoff')[0]?.payload.strategy, 'server_requested')
  })

  it('has seven steps complete where the notifications stay limited to the end', async () => {
    outside.answer('notifications.send', ...Array.from({ length: 5 }, () => rateLimit))
    const run = await scene.tasker.run(analytics, request)
    checkRun(scene, run, 'error', { send_notifications: ['error', 5] })
    assert.equal(run.task.steps.filter(({ state }) => state === 'complete').length, 7)
  })

  const refusals: readonly [code: string, step: string, prepare: () => object | undefined][] = [
    ['MISSING_DATE_RANGE', 'extract_orders', () => ({ date_range: null })],
    ['MISSING_START_DATE', 'extract_orders', () => ({ date_range: { end_date: '2026-01-31' } })],
    ['MISSING_END_DATE', 'extract_orders', () => ({ date_range: { start_date: '2026-01-31' } })],
    ['INVALID_DATE_FORMAT', 'extract_orders', () => ({ date_range: { start_date: 'May', end_date: 'soon' } })],
    [
      'INVALID_DATE_RANGE',
      'extract_orders',
      () => ({ date_range: { start_date: '2026-02-01', end_date: '2026-01-01' } }),
    ],
    ['INVALID_EXTRACTION_QUERY', 'extract_orders', () => void outside.answer('warehouse.orders', 'refused')],
    ['CRM_AUTH_FAILED', 'extract_users', () => void outside.answer('crm.users', 'refused')],
    ['INVENTORY_AUTH_FAILED', 'extract_products', () => void outside.answer('inventory.products', 'refused')],
    ['INSUFFICIENT_DATA', 'extract_orders', () => void outside.answer('warehouse.orders', usualOrders().slice(0, 49))],
    ['INSUFFICIENT_DATA', 'extract_users', () => void outside.answer('crm.users', usualUsers().slice(0, 99))],
    ['INSUFFICIENT_DATA', 'extract_orders', () => void outside.answer('warehouse.orders', withoutAmounts(4))],
    [
      'RESULT_PROCESSING_FAILED',
      'generate_insights',
      () => void outside.answer('insights.rate', { growth: Number.NaN }),
    ],
    ['INVALID_NOTIFICATION_CHANNELS', 'send_notifications', () => ({ notification_channels: ['pigeon'] })],
  ]
  for (const [code, step, prepare] of refusals) {
    it(`ends with ${code} of ${step} at the first attempt`, async () => {
      const run = await scene.tasker.run(analytics, { ...request, ...prepare() })
      assert.equal(run.state, 'error')
      const failed = run.task.steps.filter(({ state }) => state === 'error')
      assert.deepEqual(
        failed.map(({ name, attempts, error }) => [name, attempts, error?.code]),
        [[step, 1, code]],
      )
    })
  }

  it('takes five per cent of missing amounts', async () => {
    outside.answer('warehouse.orders', withoutAmounts(3))
    assert.equal((await scene.tasker.run(analytics, request)).state, 'complete')
  })

  it('is not created without a period', async () => {
    await assert.rejects(scene.tasker.run(analytics, {} as never), { code: 'CONTEXT_INVALID' })
  })
})

function withoutAmounts(missing: number) {
  return usualOrders().map((order, index) => (index < missing ? { ...order, amount: null } : order))
}
