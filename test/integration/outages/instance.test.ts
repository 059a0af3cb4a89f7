import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createTasker, type TaskerConfigInput } from '../../../core/index.js'
import { FaultProxy, isStatement } from '../../support/fault-proxy.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { runSql } from '../../support/run-sql.js'
import { eventually } from './proxied-worker.js'

describe('an instance', () => {
  const url = testDatabaseUrl()
  let proxy: FaultProxy

  before(function () {
    if (url === undefined) this.skip()
  })
  beforeEach(async () => {
    proxy = await FaultProxy.inFrontOf(url!)
  })
  afterEach(() => proxy?.stop())

  const boot = (database: TaskerConfigInput['database'] = {}) =>
    createTasker(
      {
        database: {
          url: proxy.url,
          schema: `test_${randomBytes(6).toString('hex')}`,
          connectTimeoutMs: 500,
          ...database,
        },
        discovery: { packages: false },
        logging: { level: 'silent' },
      },
      { environment: 'test' },
    )

  it('that boots while the database is away fails at once, and says why', async () => {
    await proxy.refuse()
    await assert.rejects(boot(), { code: 'DATABASE_UNAVAILABLE', message: /ECONNREFUSED.*Check that the server/ })
    await proxy.accept()
    proxy.stall()
    await assert.rejects(boot(), { code: 'DATABASE_UNAVAILABLE', message: /timeout/ })
  })

  it('waits for it as long as it is told to', async () => {
    await proxy.refuse()
    const startedAt = performance.now()
    await assert.rejects(boot({ waitAtBootMs: 300 }), { code: 'DATABASE_UNAVAILABLE' })
    assert.ok(performance.now() - startedAt >= 300)
    setTimeout(() => void proxy.accept(), 300)
    await using tasker = await boot({ waitAtBootMs: 20_000 })
    assert.equal(tasker.state, 'ready')
    await runSql(tasker.database, 'drop schema SCHEMA cascade')
  })

  it('does not wait for a password that is wrong', async () => {
    const refused = { sqlState: '28P01', message: 'password authentication failed' }
    const told = proxy.when({ direction: 'toServer', matches: isStatement('current_database'), action: refused })
    await assert.rejects(boot({ waitAtBootMs: 20_000 }), { message: /does not let Tasker in/ })
    await told
  })

  it('that starts while the database is away starts when it is back, and can be stopped before', async () => {
    const tasker = await boot()
    const other = await boot({ schema: tasker.database.schema })
    await proxy.refuse()
    proxy.cut()
    const [starting, stopped] = [tasker.start(), assert.rejects(other.start(), { code: 'DATABASE_UNAVAILABLE' })]
    await eventually(async () => !(await tasker.health.check()).isHealthy)
    assert.equal(tasker.state, 'starting')
    await Promise.all([other.stop(), stopped])
    await proxy.accept()
    await starting
    assert.equal(tasker.state, 'running')
    await tasker.stop()
    await runSql(tasker.database, 'drop schema SCHEMA cascade')
  })
})
