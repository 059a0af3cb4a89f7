import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { defineTask } from '../../../core/index.js'
import { type Database, openDatabase } from '../../../core/persistence/database.js'
import { findServerPrograms, OwnServer } from '../../support/own-server.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { assertRanOnce, eventually, type ProxiedWorker, startProxiedWorker } from './proxied-worker.js'

const pair = defineTask({ name: 'pair' })
  .step('one', async () => 'x'.repeat(2_000))
  .step('two', { dependsOn: ['one'] }, async () => sleep(5, 'two'))

describe('a server that fails under a worker', function () {
  this.timeout(60_000)
  let server: OwnServer
  /** Of a superuser. */
  let admin: Database
  let worker: ProxiedWorker

  before(async function () {
    if (testDatabaseUrl() === undefined || findServerPrograms() === undefined) this.skip()
    server = await OwnServer.start({ max_connections: '30' })
    admin = await openDatabase({ connection: { url: server.url }, poolSize: 2 })
    await admin.query('create role worker login')
    await admin.query('grant create on database postgres to worker')
  })
  after(async () => {
    await admin?.close()
    await server?.dispose()
  })
  beforeEach(async () => {
    worker = await startProxiedWorker(server.url.replace('postgres@', 'worker@'), [pair])
  })
  afterEach(() => worker?.[Symbol.asyncDispose]())

  async function createMany(count: number): Promise<readonly string[]> {
    return (
      await worker.tasker.tasks.createMany(
        pair,
        Array.from({ length: count }, () => ({})),
      )
    ).map(({ id }) => id)
  }

  const health = () => worker.tasker.health.check()
  const isHealthy = async () => (await health()).isHealthy

  for (const mode of ['fast', 'immediate'] as const) {
    it(`and is restarted (${mode}): it goes on by itself`, async () => {
      const creating = createMany(100)
      await sleep(60)
      await server.stop(mode)
      const during = worker.tasker.tasks.create(pair)
      await eventually(async () => !(await isHealthy()))
      await server.start()
      await assertRanOnce(worker, [...(await creating), (await during).id])
      await eventually(isHealthy)
    })
  }

  it('and takes no writes for a while, as a standby does', async () => {
    await assertRanOnce(worker, await createMany(5))
    await setReadOnly('on')
    const creating = createMany(5)
    await eventually(async () => !(await isHealthy()))
    assert.match((await health()).checks.database!.message!, /takes no writes.*read-only transaction/)
    await setReadOnly('off')
    await assertRanOnce(worker, await creating)
    await eventually(isHealthy)
  })

  it('and admits no more connections for a while', async () => {
    await assertRanOnce(worker, await createMany(5))
    await admin.query('alter role worker connection limit 0')
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'worker'`)
    const creating = createMany(5)
    await eventually(async () => /too many connections/.test((await health()).checks.database!.message ?? ''))
    assert.match((await health()).checks.database!.message!, /has run out of something/)
    await admin.query('alter role worker connection limit -1')
    await assertRanOnce(worker, await creating)
    await eventually(isHealthy)
  })

  it('and whose disk is full for a while', async function () {
    const disk = mountSmallDisk()
    if (disk === undefined) this.skip()
    try {
      await admin.query(`create tablespace small location '${disk}'`)
      await admin.query('grant create on tablespace small to worker')
      await admin.query('alter role worker set default_tablespace = small')
      await using full = await startProxiedWorker(server.url.replace('postgres@', 'worker@'), [pair])
      await admin.query('create table junk (text text) tablespace small')
      await fillUp()
      const creating = Promise.all(Array.from({ length: 200 }, () => full.tasker.tasks.create(pair)))
      await eventually(async () => !(await full.tasker.health.check()).isHealthy)
      const { database } = (await full.tasker.health.check()).checks
      assert.match(database!.message!, /has run out of something: .*No space left on device/)
      await admin.query('drop table junk')
      const taskIds = (await creating).map(({ id }) => id)
      await assertRanOnce(full, taskIds)
      await eventually(async () => (await full.tasker.health.check()).isHealthy)
    } finally {
      await admin.query('alter role worker reset default_tablespace')
      await admin.query('drop table if exists junk')
      // The tables of the queue stay behind.
      await admin.query('alter table all in tablespace small set tablespace pg_default')
      await admin.query('alter index all in tablespace small set tablespace pg_default')
      await admin.query('drop tablespace if exists small')
      execFileSync('umount', [disk])
      rmSync(join(disk, '..'), { recursive: true })
    }
  })

  async function fillUp(): Promise<void> {
    const isFull = { code: 'DATABASE_UNAVAILABLE', message: /No space left on device/ }
    const fill = async (rows: number) => {
      while (true)
        await admin.query(`insert into junk select repeat(md5(random()::text), 30) from generate_series(1, ${rows})`)
    }
    // Down to the last page.
    for (const rows of [5_000, 100, 1]) await assert.rejects(fill(rows), isFull)
  }

  async function setReadOnly(value: 'on' | 'off'): Promise<void> {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query('set default_transaction_read_only = off')
    await client.query(`alter system set default_transaction_read_only = ${value}`)
    await client.query('select pg_reload_conf()')
    await client.end()
  }
})

/** A disk of 24 MB that the server may write to; undefined where that takes rights that we have not. */
function mountSmallDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const folder = join(mkdtempSync(join(tmpdir(), 'small-disk-')), 'disk')
  mkdirSync(folder)
  try {
    execFileSync('chmod', ['755', join(folder, '..')])
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('chown', ['postgres', folder])
    return folder
  } catch {
    rmSync(join(folder, '..'), { recursive: true })
    return undefined
  }
}
