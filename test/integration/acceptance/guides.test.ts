import assert from 'node:assert/strict'
import { orderProcess, welcomeUser } from '../../fixtures/acceptance/order-process.js'
import { onBothClocks } from './both-clocks.js'
import { beginnings, checkRun } from './check-run.js'

onBothClocks('the workflows of first guides', [orderProcess, welcomeUser], (scene) => {
  it('process an order in three steps', async () => {
    const run = await scene.tasker.run(orderProcess, { order_id: 7 })
    checkRun(scene, run, 'complete')
    assert.deepEqual(beginnings(run), ['fetch_order', 'validate_items', 'process_payment'])
    assert.deepEqual(run.steps.process_payment.results, { paid: true, order: 7 })
  })

  it('welcome a user in three steps', async () => {
    const run = await scene.tasker.run(welcomeUser, { user_id: 1 })
    checkRun(scene, run, 'complete')
    assert.deepEqual(run.steps.send_email.results, { sent: 'Welcome, Ada!' })
  })

  it('end at once for a user who is not there', async () => {
    const run = await scene.tasker.run(welcomeUser, { user_id: 99 })
    checkRun(scene, run, 'error', {
      validate_user: ['error', 1],
      generate_content: ['pending', 0],
      send_email: ['pending', 0],
    })
    assert.equal(run.steps.validate_user.error?.code, 'USER_NOT_FOUND')
  })
})
