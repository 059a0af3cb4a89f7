import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type DatabaseServer, joinDatabaseServer } from '../../support/database-server.js'
import { FaultProxy, isAnswerTo, isStatement } from '../../support/fault-proxy.js'
import type { WireMessage } from '../../support/wire-messages.js'

describe('the fault proxy', () => {
  let server: DatabaseServer
  let proxy: FaultProxy
  let client: pg.Client
  let failures: Error[]

  before(async () => {
    server = await joinDatabaseServer()
  })
  after(() => server.leave())

  beforeEach(async () => {
    proxy = await FaultProxy.inFrontOf(server.target)
    client = await connected()
  })
  afterEach(async () => {
    await proxy.stop()
    await client.end().catch(() => undefined)
  })

  async function connected(): Promise<pg.Client> {
    const made = new pg.Client({ connectionString: proxy.url })
    failures = []
    made.on('error', (error) => failures.push(error))
    await made.connect()
    return made
  }

  it('lets traffic through', async () => {
    const { rows } = await client.query('select $1::int as n, repeat($2, 100000) as text', [1, 'x'])
    assert.equal(rows[0].n, 1)
    assert.equal(rows[0].text.length, 100_000)
    assert.equal(proxy.openConnections, 1)
    assert.equal(proxy.acceptedConnections, 1)
  })

  it('ends all connections, and takes new ones', async () => {
    proxy.cut()
    await assert.rejects(client.query('select 1'), /Connection terminated unexpectedly|not queryable/)
    client = await connected()
    assert.equal((await client.query('select 1')).rowCount, 1)
  })

  it('resets connections', async () => {
    proxy.stall('toClient')
    const running = assert.rejects(client.query('select 1'), { code: 'ECONNRESET' })
    await sleep(20)
    proxy.cut('reset')
    await running
  })

  it('refuses new connections until told otherwise, and leaves the others', async () => {
    await proxy.refuse()
    assert.equal((await client.query('select 1')).rowCount, 1)
    await assert.rejects(new pg.Client({ connectionString: proxy.url }).connect(), { code: 'ECONNREFUSED' })
    await proxy.accept()
    const other = new pg.Client({ connectionString: proxy.url })
    await other.connect()
    await other.end()
  })

  for (const direction of ['toServer', 'toClient'] as const) {
    it(`holds back what goes ${direction} until it may flow`, async () => {
      proxy.stall(direction)
      let hasAnswered = false
      const query = client.query('select 1 as one').then(({ rows }) => {
        hasAnswered = true
        return rows
      })
      await sleep(50)
      assert.equal(hasAnswered, false)
      proxy.flow()
      assert.deepEqual(await query, [{ one: 1 }])
    })
  }

  it('accepts connections in a stall and answers nothing on them', async () => {
    proxy.stall()
    const late = new pg.Client({ connectionString: proxy.url, connectionTimeoutMillis: 50 })
    await assert.rejects(late.connect(), /timeout/)
  })

  it('delays what passes, in order', async () => {
    proxy.delay(30)
    const startedAt = performance.now()
    const first = client.query('select 1')
    await first
    assert.ok(performance.now() - startedAt >= 55, `${performance.now() - startedAt} ms`)
    proxy.delay(0)
    assert.equal((await client.query('select 2')).rowCount, 1)
  })

  it('ends a connection at a byte', async () => {
    proxy.cutAfter(1000, 'toClient')
    await assert.rejects(client.query("select repeat('x', 2000)"), /Connection terminated unexpectedly/)
    client = await connected()
    assert.equal((await client.query("select repeat('x', 2000)")).rowCount, 1)
  })

  it('takes away the answer to a COMMIT that was carried out', async () => {
    const table = `fault_proxy_${process.pid}_${Date.now()}`
    await client.query(`create table ${table} (n int)`)
    const cut = proxy.when({ direction: 'toClient', matches: isAnswerTo('COMMIT'), action: 'cut' })
    await client.query('begin')
    await client.query(`insert into ${table} values (1)`)
    await assert.rejects(client.query('commit'), /Connection terminated unexpectedly/)
    await cut
    client = await connected()
    assert.deepEqual((await client.query(`select n from ${table}`)).rows, [{ n: 1 }])
    await client.query(`drop table ${table}`)
  })

  it('answers a statement with an error in place of the server, with values and without, in a transaction and outside', async () => {
    const action = { sqlState: '53100', message: 'no space' }
    const done = proxy.when({ direction: 'toServer', matches: isStatement('42'), action, times: 3 })
    await assert.rejects(client.query('select 42'), { code: '53100', message: 'no space' })
    await assert.rejects(client.query('select 42 + $1::int', [1]), { code: '53100' })
    await client.query('begin')
    await assert.rejects(client.query('select 42 + $1::int', [1]), { code: '53100' })
    await client.query('rollback')
    await done
    assert.deepEqual((await client.query('select 42 as n')).rows, [{ n: 42 }])
  })

  it('knows a statement that was prepared before by its name, and counts it once where it is prepared and run at once', async () => {
    const named = { name: 'answer', text: 'select 42 as n' }
    const action = { sqlState: '53100' }
    let begun = 0
    const matches = (message: WireMessage) => isStatement('42')(message) && ++begun > 2
    const done = proxy.when({ direction: 'toServer', matches, action })
    for (let round = 0; round < 2; round++) assert.deepEqual((await client.query(named)).rows, [{ n: 42 }])
    await assert.rejects(client.query(named), { code: '53100' })
    await done
    assert.deepEqual((await client.query(named)).rows, [{ n: 42 }])
  })

  it('stalls the connection on which a statement passes, and no other', async () => {
    const stalled = proxy.when({ direction: 'toServer', matches: isStatement('42'), action: 'stall' })
    const held = client.query('select 42 as n')
    await stalled
    const other = await connected()
    assert.equal((await other.query('select 43')).rowCount, 1)
    await other.end()
    proxy.flow()
    assert.deepEqual((await held).rows, [{ n: 42 }])
  })
})
