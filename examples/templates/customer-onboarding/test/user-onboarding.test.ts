import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createTestTasker, type TestTasker } from 'tasker/testing'
import { userOnboarding } from '../handlers/customer/user-onboarding.task.ts'
import { type StandIn, startStandIn } from '../shop-api/stand-in/server.ts'

describe('customer/user_onboarding', () => {
  let t: TestTasker
  let api: StandIn

  before(async () => {
    api = await startStandIn()
    process.env.SHOP_API_URL = api.url
    // A step that waits for an answer does not wait for the clock.
    t = await createTestTasker({ handlers: [userOnboarding], handlerPatienceMs: 10_000 })
  })

  after(async () => {
    await t.stop()
    await api.close()
  })

  it('registers who is new', async () => {
    const { state, steps } = await t.run(userOnboarding, { email: 'frida.berg@example.com', username: 'fberg' })
    assert.equal(state, 'complete')
    assert.equal(steps.check_duplicate_user.results.username, 'fberg')
    assert(steps.check_duplicate_user.results.userId > 5)
    assert.deepEqual(api.requests, [
      'POST /users/add',
      'GET /users/search?q=frida.berg%40example.com',
      'GET /users/search?q=fberg',
    ])
  })

  const duplicates = {
    'the same address': { email: 'ADA.okafor@example.com', username: 'somebody_else' },
    'the same name': { email: 'somebody.else@example.com', username: 'blindqvist' },
  }
  for (const [what, registration] of Object.entries(duplicates)) {
    it(`refuses ${what}, without trying again`, async () => {
      const { state, steps } = await t.run(userOnboarding, registration)
      assert.equal(state, 'error')
      const { attempts, error } = steps.check_duplicate_user
      assert.deepEqual([attempts, error?.code], [1, 'DUPLICATE_USER'])
    })
  }

  it('takes a name that is only part of another', async () => {
    const { state } = await t.run(userOnboarding, { email: 'lind@example.com', username: 'lind' })
    assert.equal(state, 'complete')
  })

  it('does not begin without an address and a name', async () => {
    for (const registration of [
      { email: 'nobody', username: 'fberg' },
      { email: 'frida.berg@example.com', username: '' },
    ]) {
      await assert.rejects(t.run(userOnboarding, registration), { code: 'CONTEXT_INVALID' })
    }
  })
})
