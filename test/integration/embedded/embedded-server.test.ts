import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { EmbeddedDatabaseFailedError } from '../../../core/errors/embedded-database-errors.js'
import { encodeImage } from '../../../core/persistence/embedded/image-format.js'
import { preparedImagePath, readPreparedImage } from '../../../core/persistence/embedded/prepared-image.js'
import { buildPreparedImage, EmbeddedScene } from '../../fixtures/embedded/embedded-scene.js'
import { HolderProcess } from '../../fixtures/embedded/holder-process.js'

describe('an embedded server', () => {
  let scene: EmbeddedScene

  before(buildPreparedImage)
  beforeEach(() => {
    scene = new EmbeddedScene()
  })
  afterEach(() => scene.dispose())

  it('answers pg through its socket', async () => {
    const client = await scene.connect(await scene.start())
    const { rows } = await client.query('select $1::int + 1 as n', [41])
    assert.deepEqual(rows, [{ n: 42 }])
  })

  it('knows what Tasker writes: timestamptz, jsonb, record sets, skip locked, transaction ids', async () => {
    const client = await scene.connect(await scene.start())
    await client.query('create table t (id int primary key, at timestamptz, body jsonb)')
    await client.query(
      `insert into t select id, at, body from jsonb_to_recordset($1) as r (id int, at timestamptz, body jsonb)`,
      [JSON.stringify([{ id: 1, at: '2026-01-02T03:04:05.678+02:00', body: { a: [1, 'é'] } }])],
    )
    const { rows } = await client.query('select * from t order by id for update skip locked')
    assert.deepEqual(rows, [{ id: 1, at: new Date('2026-01-02T01:04:05.678Z'), body: { a: [1, 'é'] } }])
    const ids = await client.query(
      'select pg_current_xact_id()::text::bigint >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint as ok',
    )
    assert.deepEqual(ids.rows, [{ ok: true }])
  })

  it('keeps its data over stop and start, and says which start made the database', async () => {
    const first = await scene.start()
    const client = await scene.connect(first)
    await client.query('create table kept as select 7 as n')
    await first.stop()
    const second = await scene.start()
    assert.deepEqual((await (await scene.connect(second)).query('select n from kept')).rows, [{ n: 7 }])
    assert.deepEqual([first.isFresh, second.isFresh], [true, false])
  })

  it('leaves nothing behind but the folder', async () => {
    const server = await scene.start()
    assert.deepEqual(readdirSync(scene.root).sort(), ['db', 'db.lock'])
    await Promise.all([server.stop(), server.stop()])
    assert.deepEqual(readdirSync(scene.root), ['db'])
    assert.equal(existsSync(server.connection.host), false)
  })

  it('keeps every acknowledged commit when its process is killed', async () => {
    const holder = new HolderProcess(scene.folder)
    await holder.outcome
    holder.write()
    while (!holder.lines.some((line) => line.state === 'written' && line.n >= 200)) await sleep(10)
    await holder.kill()
    const last = holder.lines.at(-1)
    assert.ok(last?.state === 'written')
    const client = await scene.connect(await scene.start())
    const { rows } = await client.query('select count(*)::int as count, max(n) as max from written')
    assert.equal(rows[0].count, rows[0].max)
    assert.ok(rows[0].max >= last.n, `${rows[0].max} of ${last.n} commits are left`)
  })

  it('makes the database again when the process that made it was killed half-way', async () => {
    await killHalfWay(scene.folder)
    const server = await scene.start()
    assert.equal(server.isFresh, true)
    await (await scene.connect(server)).query('create table t (a int)')
    assert.deepEqual(readdirSync(scene.root).sort(), ['db', 'db.lock'])
  })

  it('makes the database without a prepared image as well', async () => {
    const client = await scene.connect(await scene.start({ imagePath: join(scene.root, 'none.gz') }))
    assert.deepEqual((await client.query('select 1 as n')).rows, [{ n: 1 }])
  })

  it("has Tasker's tables from the start in the schema tasker, if they are those of this version", async () => {
    const hasTables = async (options: Parameters<EmbeddedScene['start']>[0]) => {
      const client = await scene.connect(await scene.start(options))
      const { rows } = await client.query(`select to_regclass('tasker.steps') is not null as found`)
      return rows[0].found
    }
    const inMemory = { path: ':memory:' }
    assert.equal(await hasTables(inMemory), true)
    assert.equal(await hasTables({ ...inMemory, schema: 'elsewhere' }), false)
    const imagePath = join(scene.root, 'older.gz')
    const image = (await readPreparedImage(preparedImagePath()))!
    writeFileSync(imagePath, gzipSync(encodeImage({ ...image, tables: 'older ones' })))
    assert.equal(await hasTables({ ...inMemory, imagePath }), false)
    assert.equal(await hasTables({ imagePath }), false)
  })

  it('runs in memory, many at once', async () => {
    const servers = await Promise.all([scene.start({ path: ':memory:' }), scene.start({ path: ':memory:' })])
    const clients = await Promise.all(servers.map((server) => scene.connect(server)))
    await clients[0]!.query('create table only_here (a int)')
    const { rows } = await clients[1]!.query(`select to_regclass('only_here') as found`)
    assert.deepEqual(rows, [{ found: null }])
    assert.deepEqual([servers[0]!.path, servers[0]!.isFresh], [':memory:', true])
  })

  it('refuses a folder that holds other things, and leaves it as it is', async () => {
    writeFileSync(join(scene.root, 'precious.txt'), 'x')
    await assert.rejects(scene.start({ path: scene.root }), { code: 'EMBEDDED_DATABASE_FOLDER', folder: scene.root })
    assert.deepEqual(readdirSync(scene.root), ['precious.txt'])
    assert.equal(existsSync(`${scene.root}.lock`), false)
  })

  it("gives PostgreSQL's reason when it cannot open a folder", async () => {
    await (await scene.start()).stop()
    writeFileSync(join(scene.folder, 'PG_VERSION'), '9\n')
    await assert.rejects(scene.start(), { code: 'EMBEDDED_DATABASE_START_FAILED', message: /incompatible/ })
    assert.deepEqual(readdirSync(scene.root), ['db'])
  })

  it('lets only its user enter the directory of the socket', async function () {
    if (process.platform === 'win32') this.skip()
    const { connection } = await scene.start({ path: ':memory:' })
    assert.equal(statSync(connection.host).mode & 0o777, 0o700)
    assert.ok(Buffer.byteLength(join(connection.host, '.s.PGSQL.5432')) < 104)
  })

  it('serves psql', async function () {
    if (spawnSync('psql', ['--version']).status !== 0) this.skip()
    const { connection } = await scene.start({ path: ':memory:' })
    const { host, port, user, database } = connection
    const output = execFileSync('psql', ['-h', host, '-p', String(port), '-U', user, database, '-Atc', 'select 6 * 7'])
    assert.equal(output.toString().trim(), '42')
  })

  it('leaves the main thread its timers while it writes', async () => {
    const client = await scene.connect(await scene.start())
    await client.query('create table t (a int, b text)')
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    const until = Date.now() + 1_000
    while (Date.now() < until)
      await client.query(`insert into t select n, repeat('x', 100) from generate_series(1, 20000) n`)
    clearInterval(timer)
    assert.ok(ticks > 50, `the timer fired ${ticks} times of 100`)
  })

  it('tells its owner when the database is lost, and can be started again', async () => {
    const server = await scene.start()
    const failure = new Promise<EmbeddedDatabaseFailedError>((resolve) => server.onFailure(resolve))
    const client = await scene.connect(server)
    await client.query('create table kept as select 7 as n')
    const recursion = 'create function f() returns int language plpgsql as $$ begin return f(); end $$; select f()'
    client.query(recursion).catch(() => {})
    assert.equal((await failure).code, 'EMBEDDED_DATABASE_FAILED')
    const again = await scene.connect(await scene.start())
    assert.deepEqual((await again.query('select n from kept')).rows, [{ n: 7 }])
  })

  /** It takes a tenth of a second to make it: one that was too quick is taken away, and the next one is tried. */
  async function killHalfWay(folder: string): Promise<void> {
    for (let tries = 0; tries < 10; tries++) {
      const holder = new HolderProcess(folder)
      while (!existsSync(`${folder}.new`) && !existsSync(folder)) await sleep(1)
      await holder.kill()
      if (!existsSync(folder)) return
      rmSync(folder, { recursive: true })
    }
    assert.fail('each process had made the database before it was killed')
  }
})
