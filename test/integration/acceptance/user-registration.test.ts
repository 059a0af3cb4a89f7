import assert from 'node:assert/strict'
import { Outside, type Response } from '../../fixtures/acceptance/outside.js'
import { userRegistration } from '../../fixtures/acceptance/user-registration.js'
import { onBothClocks, type Scene } from './both-clocks.js'
import { batches, checkRun } from './check-run.js'

const outside = new Outside()
const registration = userRegistration(outside)
const ada = { email: 'ada@example.com', name: 'Ada' }
const request = { user_info: ada, plan: 'pro' as const, preferences: {}, correlation_id: 'web-17' }
const times = (count: number, response: Response) => Array.from({ length: count }, () => response)

onBothClocks('blog_examples.user_registration', [registration], (scene) => {
  beforeEach(() => outside.reset())

  const fails = async (step: string, code: string, attempts: number, context = request) => {
    const run = await scene.tasker.run(registration, context)
    assert.equal(run.state, 'error')
    const failed = run.task.steps.filter(({ state }) => state === 'error')
    assert.deepEqual(
      failed.map(({ name, attempts, error }) => [name, attempts, error?.code]),
      [[step, attempts, code]],
    )
    return run
  }

  it('completes its five steps, two of them side by side, and hands the user id to all', async () => {
    const run = await scene.tasker.run(registration, request)
    checkRun(scene, run, 'complete')
    assert.deepEqual(batches(run)[1], ['setup_billing_profile', 'initialize_preferences'])
    for (const { results } of Object.values(run.steps)) assert.equal(results.user_id, 'u-1')
    assert.equal(run.steps.setup_billing_profile.results.status, 'active')
    assert.equal((run.task.context as typeof request).correlation_id, 'web-17')
    assert.deepEqual(
      run.task.steps.map(({ retryLimit }) => retryLimit),
      [3, 3, 3, 5, 2],
    )
  })

  it('asks for no billing of those who pay nothing', async () => {
    const run = await scene.tasker.run(registration, { ...request, plan: 'free' })
    checkRun(scene, run, 'complete')
    assert.equal(run.steps.setup_billing_profile.results.status, 'skipped_free_plan')
    assert.deepEqual(outside.calls('billing.create'), [])
  })

  it('takes a user who is there already for the same one where the data match', async () => {
    outside.answer('users.create', { status: 409, body: { id: 'u-1', ...ada } })
    const run = await scene.tasker.run(registration, request)
    checkRun(scene, run, 'complete')
    assert.equal(run.steps.create_user_account.results.status, 'already_exists')
  })

  it('ends with USER_CONFLICT where they do not', async () => {
    outside.answer('users.create', { status: 409, body: { id: 'u-9', email: ada.email, name: 'Eve' } })
    const run = await fails('create_user_account', 'USER_CONFLICT', 1)
    assert.deepEqual(
      run.task.steps.slice(1).map(({ state, attempts }) => [state, attempts]),
      Array.from({ length: 4 }, () => ['pending', 0]),
    )
  })

  it('goes on with the preferences that exist', async () => {
    outside.answer('preferences.create', { status: 409, body: { preferences: { theme: 'dark' } } })
    const run = await scene.tasker.run(registration, request)
    checkRun(scene, run, 'complete')
    const { origin, preferences } = run.steps.initialize_preferences.results
    assert.deepEqual([origin, preferences], ['existing', { theme: 'dark' }])
  })

  for (const [given, headers, expectedMs] of [
    ['what the mail service asks for', { 'retry-after': '7' }, 7_000],
    ['30 s where it asks for nothing', undefined, 30_000],
  ] as const) {
    it(`waits ${given} when it is limited`, async () => {
      outside.answer('mail.welcome', { status: 429, ...(headers ? { headers } : {}) })
      const run = await scene.tasker.run(registration, request)
      checkRun(scene, run, 'complete', { send_welcome_sequence: ['complete', 2] })
      assert.equal(firstDelayOf(scene), Math.min(expectedMs, scene.backoff.maxMs))
    })
  }

  it('ends with USER_NOT_FOUND where the user is gone at the end', async () => {
    outside.answer('users.update', { status: 404 })
    const run = await fails('update_user_status', 'USER_NOT_FOUND', 1)
    assert.equal(run.task.steps.filter(({ state }) => state === 'complete').length, 4)
  })

  for (const [status, code] of [
    [400, 'CLIENT_VALIDATION_ERROR'],
    [422, 'CLIENT_VALIDATION_ERROR'],
    [401, 'AUTH_ERROR'],
    [403, 'AUTH_ERROR'],
    [404, 'RESOURCE_NOT_FOUND'],
  ] as const) {
    it(`takes ${status} for the end, ${code}`, async () => {
      outside.answer('billing.create', { status })
      const run = await fails('setup_billing_profile', code, 1)
      assert.equal(run.steps.initialize_preferences.state, 'complete', 'the other branch goes on')
    })
  }

  it('waits a minute where a service says 429 and nothing else', async () => {
    outside.answer('users.create', { status: 429 })
    const run = await scene.tasker.run(registration, request)
    checkRun(scene, run, 'complete', { create_user_account: ['complete', 2] })
    assert.equal(firstDelayOf(scene), Math.min(60_000, scene.backoff.maxMs))
  })

  it('tries again what a service could not do, until the attempts are used up', async () => {
    outside.answer('users.create', ...times(2, { status: 503 }))
    checkRun(scene, await scene.tasker.run(registration, request), 'complete', { create_user_account: ['complete', 3] })
    outside.answer('users.create', ...times(3, { status: 500 }))
    await fails('create_user_account', 'SERVICE_ERROR', 3)
  })
})

/** Of the task that was run last. */
function firstDelayOf({ tasker }: Scene): number {
  const retries = tasker.events.of('step.retry_requested')
  const retry = retries.find(({ taskId }) => taskId === retries.at(-1)?.taskId)!
  return Date.parse(retry.payload.dueAt) - Date.parse(retry.occurredAt)
}
