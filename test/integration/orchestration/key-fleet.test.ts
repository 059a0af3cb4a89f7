import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { defineTask, type Tasker } from '../../../core/index.js'
import { Fleet, holdsWithin } from '../../fixtures/orchestration/fleet.js'
import { connectionOptions } from '../../support/run-sql.js'

/** So long may take what must not wait for a due time in a minute; the machines of tests are slow. */
const soonMs = 8_000

describe('A key that tasks of several workers share', function () {
  this.timeout(40_000)
  let fleet: Fleet
  let end: PromiseWithResolvers<void>
  let begun: string[]

  beforeEach(async function () {
    const opened = await Fleet.open()
    if (opened === undefined) this.skip()
    fleet = opened
    end = Promise.withResolvers()
    begun = []
  })
  afterEach(() => fleet?.close())

  const version = (number: string, on: string) =>
    defineTask({ name: 'bill', version: number }).step('work', () => {
      begun.push(`${number} on ${on}`)
      return number === '1.0.0' ? end.promise : null
    })
  const create = (tasker: Tasker, number: string) =>
    tasker.tasks.create({ name: 'bill', version: number, concurrencyKey: 'one' })
  const hasParked = (tasker: Tasker, id: string, parked: string) =>
    holdsWithin(soonMs, async () => (await tasker.tasks.get(id))!.parked === parked)

  it('goes on to what only another worker than its last one serves', async () => {
    const a = await fleet.start({ handlers: [version('1.0.0', 'a')] })
    const b = await fleet.start({ handlers: [version('2.0.0', 'b')] })
    await create(a, '1.0.0')
    assert.ok(await holdsWithin(soonMs, () => begun.length === 1))
    const waiting = await create(b, '2.0.0')
    assert.ok(await hasParked(b, waiting.id, 'limit'))
    end.resolve()
    assert.equal((await b.tasks.wait(waiting, { timeoutMs: soonMs })).state, 'complete')
  })

  it('goes to no worker that is pinned to other namespaces when its last one stops', async () => {
    const handlers = (on: string) => [version('1.0.0', on), version('2.0.0', on)]
    const a = await fleet.start({ handlers: handlers('a'), execution: { drainTimeoutMs: 10_000 } })
    const b = await fleet.start({ handlers: handlers('b'), worker: { namespaces: ['elsewhere'] } })
    await create(a, '1.0.0')
    assert.ok(await holdsWithin(soonMs, () => begun.length === 1))
    const waiting = await create(a, '2.0.0')
    assert.ok(await hasParked(a, waiting.id, 'limit'))
    const stopping = a.stop()
    end.resolve()
    await stopping
    await sleep(300)
    assert.deepEqual(begun, ['1.0.0 on a'])
    assert.equal((await b.tasks.get(waiting))!.parked, 'limit')
    await fleet.start({ handlers: handlers('c') })
    assert.equal((await b.tasks.wait(waiting, { timeoutMs: soonMs })).state, 'complete')
    assert.deepEqual(begun, ['1.0.0 on a', '2.0.0 on c'])
  })

  it('goes on to a task that was just being commanded when it came free', async () => {
    const a = await fleet.start({ handlers: [version('1.0.0', 'a'), version('2.0.0', 'a')] })
    const holder = await create(a, '1.0.0')
    assert.ok(await holdsWithin(soonMs, () => begun.length === 1))
    const waiting = await create(a, '2.0.0')
    assert.ok(await hasParked(a, waiting.id, 'limit'))
    const other = new pg.Client(connectionOptions(a.database.connection))
    await other.connect()
    await other.query(`begin; select 1 from "${a.database.schema}".tasks where id = '${waiting.id}' for update`)
    const noted = a.tasks.annotate(waiting, { type: 'note', value: 'it takes its time' })
    end.resolve()
    await a.tasks.wait(holder, { timeoutMs: soonMs })
    await sleep(300)
    await other.query('commit')
    await other.end()
    await noted
    assert.equal((await a.tasks.wait(waiting, { timeoutMs: soonMs })).state, 'complete')
  })
})
