import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../core/persistence/database.js'
import { LocalSignals } from '../../../core/persistence/signals/local-signals.js'
import { NotifySignals } from '../../../core/persistence/signals/notify-signals.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { closeTestDatabase, openSame, openTestDatabase } from '../../support/test-database.js'

describe('signals within a process', () => {
  it('reach all who listen to the channel, until they stop, and nobody else', async () => {
    const signals = new LocalSignals()
    const heard: string[] = []
    const first = signals.listen('a', (payload) => heard.push(`1 ${payload}`))
    signals.listen('a', (payload) => heard.push(`2 ${payload}`))
    signals.listen('b', (payload) => heard.push(`3 ${payload}`))
    await first.active
    signals.send({ channel: 'a', payload: 'x' })
    await sleep(5)
    first.stop()
    signals.send({ channel: 'a', payload: 'y' })
    await sleep(5)
    assert.deepEqual(heard, ['1 x', '2 x', '2 y'])
  })
})

describe('signals by NOTIFY', () => {
  let database: Database
  let others: Database
  let here: NotifySignals
  let there: NotifySignals

  before(function () {
    if (testDatabaseUrl() === undefined) this.skip()
  })
  beforeEach(async () => {
    database = await openTestDatabase({ migrated: false })
    others = await openSame(database)
    here = signalsOf(database)
    there = signalsOf(others)
  })
  afterEach(async () => {
    here.close()
    there.close()
    await others.close()
    await closeTestDatabase(database)
  })

  it('reach the listeners of another process, in order, and take a channel name as it is', async () => {
    const heard: string[] = []
    const channel = `it's "${database.schema}"`
    const all = Promise.withResolvers<void>()
    const { active } = there.listen(channel, (payload) => {
      heard.push(payload)
      if (heard.length === 100) all.resolve()
    })
    await active
    const sent = Array.from({ length: 100 }, (_, index) => `word ${index}`)
    for (const payload of sent) here.send({ channel, payload })
    await all.promise
    assert.deepEqual(heard, sent)
  })

  it('keep one connection for any number of channels, from the first listener until a while after the last', async () => {
    assert.equal(await countListening(), 0)
    const listening = ['a', 'b', 'c'].map((channel) => here.listen(`${database.schema} ${channel}`, () => {}))
    await Promise.all(listening.map(({ active }) => active))
    assert.equal(await countListening(), 1)
    for (const { stop } of listening) stop()
    while ((await countListening()) > 0) await sleep(10)
    // And again.
    await here.listen(database.schema, () => {}).active
    assert.equal(await countListening(), 1)
  })

  it('hear again after their connection was cut, and say that words may have been missed', async () => {
    const channel = database.schema
    let wake = Promise.withResolvers<string>()
    const gap = Promise.withResolvers<void>()
    await there.listen(channel, (payload) => wake.resolve(payload), gap.resolve).active
    await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${mine}`, [database.schema])
    await gap.promise
    wake = Promise.withResolvers()
    here.send({ channel, payload: 'still there?' })
    assert.equal(await wake.promise, 'still there?')
  })

  it('drop what cannot be sent, and throw nothing', async () => {
    await others.close()
    there.send({ channel: 'a', payload: 'b' })
    there.listen('a', () => assert.fail('nobody speaks'))
    await sleep(20)
    const warned = once(process, 'unhandledRejection').then(() => 'a rejection')
    assert.equal(await Promise.race([warned, sleep(50).then(() => 'none')]), 'none')
  })

  const mine = "application_name = $1 || ': listens' and datname = current_database()"

  async function countListening(): Promise<number> {
    const sql = `select count(*)::int as count from pg_stat_activity where ${mine}`
    return (await database.query<{ count: number }>(sql, [database.schema]))[0]!.count
  }

  /** Its connections are told from those of other tests by the name of the schema. */
  function signalsOf(of: Database): NotifySignals {
    of.pool.options.application_name = of.schema
    const newClient = () => of.newClient('listens')
    return new NotifySignals({ newClient, query: (sql, values) => of.query(sql, values), log: undefined, lingerMs: 20 })
  }
})
