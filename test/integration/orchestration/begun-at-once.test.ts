import assert from 'node:assert/strict'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { createTasker, defineTask, type Tasker } from '../../../core/index.js'
import { RunRequests } from '../../../core/orchestration/run-requests.js'
import { FaultProxy, isStatement } from '../../support/fault-proxy.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'
import { openTestTasker } from '../../support/test-tasker.js'
import type { WireMessage } from '../../support/wire-messages.js'

const single = defineTask({ name: 'single' }).step('only', async () => 'done')
const known = { identity: 'order 7' }

describe('A run that begins with the creation of its task', () => {
  it('tells nobody of it before the creation, and of a duplicate nothing at all', async () => {
    await using t = await openTestTasker({ handlers: [single] })
    const heard: string[] = []
    const first = await t.tasks.create(single, known)
    await t.tasks.wait(first)
    t.events.on('*', ({ name, taskId }) => taskId !== undefined && taskId !== first.id && heard.push(name))
    assert.equal((await t.tasks.create(single, known)).isDuplicate, true)
    await t.tasks.wait(await t.tasks.create(single))
    assert.deepEqual(heard.slice(0, 4), [
      'task.initialize_requested',
      'step.initialize_requested',
      'workflow.orchestration_requested',
      'task.before_transition',
    ])
    assert.equal(heard.filter((name) => name === 'step.before_transition').length, 2)
  })

  it('asks hooks about its steps when there is the task, and not about those of a duplicate', async () => {
    await using t = await openTestTasker({ handlers: [single] })
    const asked: unknown[] = []
    t.hooks.add('beforeStepExecute', async ({ taskId }) => {
      asked.push((await t.tasks.get(taskId))?.id)
    })
    const first = await t.tasks.create(single, known)
    assert.equal((await t.tasks.wait(first)).state, 'complete')
    assert.equal((await t.tasks.create(single, known)).isDuplicate, true)
    const second = await t.tasks.create(single)
    assert.equal((await t.tasks.wait(second)).state, 'complete')
    assert.deepEqual(asked, [first.id, second.id])
  })

  it('draws nothing of the limits of a system for a duplicate', async () => {
    const calling = defineTask({ name: 'calling' }).step('call', { dependentSystem: 'gateway' }, async () => 'called')
    await using t = await openTestTasker({
      handlers: [calling],
      dependentSystems: { gateway: { rate: { limit: 1, perMs: 60_000 } } },
    })
    const first = await t.tasks.create(calling, known)
    await t.finish(first)
    await t.clock.advance('10m')
    for (let count = 0; count < 3; count++) {
      assert.equal((await t.tasks.create(calling, known)).isDuplicate, true)
      // What it had asked for would come now.
      await t.clock.advance('1s')
    }
    const askedAt = t.clock.now()
    const run = await t.run(calling)
    assert.equal(run.steps.call.startedAt, new Date(askedAt).toISOString())
  })

  it('is waited for by a worker that stops while the creation is under way', async () => {
    const calls: string[] = []
    const slow = defineTask({ name: 'slow' }).step('only', async ({ attempt }) => {
      calls.push(`begins ${attempt}`)
      await sleep(100)
      calls.push(`ends ${attempt}`)
    })
    await using t = await openTestTasker({ handlers: [slow] })
    let restarted: Promise<void> | undefined
    t.faults.onStatement(({ name }) => {
      if (name === 'commit/1') restarted ??= t.restart({ drain: true })
      return undefined
    })
    const { id } = await t.tasks.create(slow)
    await restarted
    assert.equal((await t.finish(id)).state, 'complete')
    assert.deepEqual(calls, ['begins 1', 'ends 1'])
  })

  it('does not let the time of its task pass while the creation waits for the database', async () => {
    const timed = defineTask({ name: 'timed', timeoutMs: 1_200 }).step('only', () => sleep(50, 'in time'))
    await using t = await openTestTasker({ handlers: [timed], clock: 'system' })
    // Until it is tried for the sixth time 1.55 s pass at least.
    t.faults.refuseCommits({ times: 5 })
    assert.equal((await t.tasks.wait(await t.tasks.create(timed))).state, 'complete')
  })

  it('is not remembered of a creation that its caller has taken back', async () => {
    await using t = await openTestTasker({ handlers: [single] })
    await t.tasks.wait(await t.tasks.create(single))
    const open = new Set<string>()
    const { expect, forget } = RunRequests.prototype
    RunRequests.prototype.expect = function (taskId) {
      open.add(taskId)
      expect.call(this, taskId)
    }
    RunRequests.prototype.forget = function (taskId) {
      open.delete(taskId)
      forget.call(this, taskId)
    }
    try {
      const given = new AbortController()
      // Between the call and the next turn of the event loop, in which commits are put together.
      t.hooks.add('beforeTaskCreate', () => void setImmediate(() => given.abort()))
      await assert.rejects(t.tasks.create(single, { signal: given.signal }), { code: 'CREATION_GIVEN_UP' })
      await nextTurn()
      assert.equal(open.size, 0)
    } finally {
      Object.assign(RunRequests.prototype, { expect, forget })
    }
  })
})

describe('A creation whose commit is answered late', function () {
  this.timeout(30_000)
  const calls: string[] = []
  const job = defineTask({ name: 'job' }).step('work', ({ taskId, attempt }) => void calls.push(`${taskId} ${attempt}`))
  let schema: TestSchema
  let proxy: FaultProxy
  let tasker: Tasker

  before(async function () {
    schema = await openTestSchema()
    if (schema.database === undefined) this.skip()
    proxy = await FaultProxy.inFrontOf(schema.database.url)
    tasker = await createTasker({
      database: { url: proxy.url, schema: schema.database.schema },
      handlers: [job],
      logging: { level: 'silent' },
      discovery: { packages: false },
      execution: { sweepIntervalMs: 200, leaseMs: 20_000 },
    })
  })

  after(async () => {
    await proxy?.heal()
    await tasker?.stop()
    await proxy?.stop()
    await schema?.close()
  })

  it('keeps the task that it begins', async () => {
    await tasker.start()
    await tasker.tasks.wait(await tasker.tasks.create(job))
    const stalled = proxy.when({
      direction: 'toServer',
      matches: endOfStatement('commit_'),
      action: 'stall',
      isForwarded: true,
    })
    const created = tasker.tasks.create(job)
    await stalled
    await sleep(2_500)
    await proxy.heal()
    const { id } = await created
    assert.equal((await tasker.tasks.wait(id)).state, 'complete')
    assert.deepEqual(
      calls.filter((call) => call.startsWith(id)),
      [`${id} 1`],
    )
  })
})

/** The message by which a client has a statement with this text carried out. */
function endOfStatement(text: string): (message: WireMessage) => boolean {
  let isUnderWay = false
  return (message) => {
    isUnderWay ||= isStatement(text)(message)
    return isUnderWay && message.type === 'S'
  }
}
