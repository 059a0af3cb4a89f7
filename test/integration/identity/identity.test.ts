import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { defineTask } from '../../../core/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'

const context = Type.Object({ orderId: Type.Integer(), currency: Type.Optional(Type.String({ default: 'EUR' })) })
const pay = (version: string, options: object = {}) =>
  defineTask({ namespace: 'shop', name: 'pay', version, context, ...options }).step('charge', async () => ({
    paid: true,
  }))

const plain = pay('1.0.0')
const hashed = pay('1.1.0', { identity: 'hash' })
const byOrder = defineTask({
  namespace: 'shop',
  name: 'book',
  version: '1.0.0',
  context,
  identity: ({ context, request }) => (request.tags?.includes('again') ? undefined : `order ${context.orderId}`),
}).step('write', async () => ({}))

const first = { context: { orderId: 1 } }

describe('the identity of requests', function () {
  this.timeout(60_000)

  it('is nothing unless something says so: each request gives a new task', async () => {
    await using t = await openTestTasker({ handlers: [plain] })
    const [one, two] = [await t.tasks.create(plain, first), await t.tasks.create(plain, first)]
    assert.notEqual(one.id, two.id)
    assert.deepEqual([one.identityHash, 'isDuplicate' in one], [null, false])
    assert.deepEqual(await runSql(t.database, 'select * from SCHEMA.task_identities'), [])
  })

  it('that a request names gives the task of the first, whatever has become of it, and says so', async () => {
    await using t = await openTestTasker({ handlers: [plain] })
    const run = await t.run(plain, first.context, { identity: 'message 7' })
    const again = await t.tasks.create(plain, { context: { orderId: 2 }, identity: 'message 7' })
    assert.deepEqual([again.id, again.isDuplicate, again.state], [run.task.id, true, 'complete'])
    assert.deepEqual(again.context, { orderId: 1, currency: 'EUR' })
    await t.clock.advance('365d')
    assert.equal((await t.tasks.create(plain, { ...first, identity: 'message 7' })).id, run.task.id)
    assert.equal((await t.tasks.create(plain, { ...first, identity: 'message 8' })).isDuplicate, undefined)
    assert.equal(t.events.names().filter((name) => name === 'task.initialize_requested').length, 2)
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('covers namespace, name and version', async () => {
    const [older, elsewhere] = [pay('1.0.1'), pay('1.0.0', { namespace: 'other' })]
    await using t = await openTestTasker({ handlers: [plain, older, elsewhere] })
    const made = await Promise.all(
      [plain, older, elsewhere].map((task) => t.tasks.create(task, { ...first, identity: 'one' })),
    )
    assert.equal(new Set(made.map(({ id }) => id)).size, 3)
  })

  it('is a hash of what is asked for, within a window that begins with the first request and goes by the clock', async () => {
    await using t = await openTestTasker({ handlers: [hashed], identity: { windowMs: 60_000 } })
    const create = (options: object = {}) => t.tasks.create(hashed, { ...first, ...options })
    const one = await create({ reason: 'paid', bypassSteps: [], tags: ['a'] })
    // The context counts as it is stored, and how a task is run does not count at all.
    const same = await create({ reason: 'paid', context: { currency: 'EUR', orderId: 1 }, priority: 5, tags: ['b'] })
    assert.deepEqual([same.id, same.isDuplicate, same.priority], [one.id, true, 0])
    for (const other of [{ reason: 'lost' }, { initiator: 'x' }, { sourceSystem: 'x' }, { context: { orderId: 2 } }])
      assert.equal((await create({ reason: 'paid', ...other })).isDuplicate, undefined, JSON.stringify(other))
    await t.clock.advance(59_999)
    assert.equal((await create({ reason: 'paid' })).id, one.id)
    await t.clock.advance(1)
    const next = await create({ reason: 'paid' })
    assert.deepEqual([next.isDuplicate, next.id === one.id], [undefined, false])
    await t.clock.advance(59_999)
    assert.equal((await create({ reason: 'paid' })).id, next.id, 'a window of its own')
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('may be chosen for all tasks in the configuration, and a task may have none', async () => {
    const never = pay('3.0.0', { identity: 'none' })
    await using t = await openTestTasker({ handlers: [plain, never], identity: { strategy: 'hash' } })
    const create = async (task: typeof plain) => (await t.tasks.create(task, first)).isDuplicate
    assert.deepEqual([await create(plain), await create(plain)], [undefined, true])
    assert.deepEqual([await create(never), await create(never)], [undefined, undefined])
  })

  it('may be made by a function of the task; what the request names wins', async () => {
    await using t = await openTestTasker({ handlers: [byOrder] })
    const one = await t.tasks.create(byOrder, first)
    assert.equal((await t.tasks.create(byOrder, { ...first, reason: 'twice' })).id, one.id)
    assert.equal((await t.tasks.create(byOrder, { ...first, tags: ['again'] })).isDuplicate, undefined)
    assert.equal((await t.tasks.create(byOrder, { ...first, identity: 'mine' })).isDuplicate, undefined)
    assert.equal((await t.tasks.create(byOrder, { context: { orderId: 5 }, identity: 'order 1' })).id, one.id)
  })

  it('that a function fails to make refuses the request', async () => {
    const broken = (identity: () => never) => pay('4.0.0', { identity })
    for (const [identity, message] of [
      [() => Number('7') as never, /gave nothing that a request can be known by.*Received 7/s],
      [() => (undefined as never as { x: { y: never } }).x.y, /failed, and no task was created.*undefined/s],
    ] as const) {
      await using t = await openTestTasker({ handlers: [broken(identity)] })
      await assert.rejects(t.tasks.create({ namespace: 'shop', name: 'pay', ...first }), {
        code: 'IDENTITY_FAILED',
        message,
      })
      assert.deepEqual((await t.tasks.list()).items, [])
    }
    await using t = await openTestTasker({ handlers: [plain] })
    await assert.rejects(t.tasks.create(plain, { ...first, identity: '' }), { code: 'INVALID_TASK_REQUEST' })
  })

  it('is taken once in a race: in one commit and in one createMany', async () => {
    await using t = await openTestTasker({ handlers: [plain] })
    const racing = await Promise.all(
      Array.from({ length: 100 }, (_, index) => t.tasks.create(plain, { ...first, identity: `of ${index % 5}` })),
    )
    assert.equal(new Set(racing.map(({ id }) => id)).size, 5)
    assert.equal(racing.filter(({ isDuplicate }) => isDuplicate === undefined).length, 5)
    const requests = Array.from({ length: 1200 }, (_, index) => ({ ...first, identity: `many ${index % 700}` }))
    const many = await t.tasks.createMany(plain, requests)
    assert.equal(new Set(many.map(({ id }) => id)).size, 700)
    assert.deepEqual(
      many.map(({ isDuplicate = false }) => isDuplicate),
      requests.map((_, index) => index >= 700),
    )
    assert.deepEqual(
      many.slice(700).map(({ id }) => id),
      many.slice(0, 500).map(({ id }) => id),
    )
    assert.equal((await t.tasks.list({}, { limit: 1000 })).items.length, 705)
  })

  it('leaves the others of a commit alone', async () => {
    await using t = await openTestTasker({ handlers: [plain] })
    await t.tasks.create(plain, { ...first, identity: 'taken' })
    const made = await Promise.all(
      [undefined, 'taken', 'free', undefined, 'taken'].map((identity) =>
        t.tasks.create(plain, identity === undefined ? first : { ...first, identity }),
      ),
    )
    assert.deepEqual(
      made.map(({ isDuplicate = false }) => isDuplicate),
      [false, true, false, false, true],
    )
    for (const task of made) assert.equal((await t.tasks.wait(task)).state, 'complete')
  })

  it('gives no task that is gone: retention takes it with its task', async () => {
    await using t = await openTestTasker({ handlers: [plain, hashed], identity: { windowMs: 1_000 } })
    const old = await t.run(plain, first.context, { identity: 'kept no longer' })
    await t.run(hashed, first.context)
    await t.clock.advance('2h')
    const young = await t.run(hashed, first.context)
    await t.clock.advance('1h')
    assert.equal((await t.retention.run({ finishedTasksMs: 2 * 3_600_000 })).tasks, 2)
    assert.deepEqual(await runSql(t.database, 'select task_id from SCHEMA.task_identities'), [
      { task_id: young.task.id },
    ])
    const next = await t.tasks.create(plain, { ...first, identity: 'kept no longer' })
    assert.deepEqual([next.isDuplicate, next.id === old.task.id], [undefined, false])
    // Whoever took the task away by other means left the identity.
    await runSql(t.database, `delete from SCHEMA.tasks where id = '${next.id}'`)
    assert.equal((await t.tasks.create(plain, { ...first, identity: 'kept no longer' })).isDuplicate, undefined)
  })
})
