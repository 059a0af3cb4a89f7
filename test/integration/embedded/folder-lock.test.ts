import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { findEmbeddedServer } from '../../../core/persistence/embedded/find-embedded-server.js'
import { buildPreparedImage, EmbeddedScene } from '../../fixtures/embedded/embedded-scene.js'
import { HolderProcess } from '../../fixtures/embedded/holder-process.js'

describe('the lock of an embedded database', () => {
  let scene: EmbeddedScene

  before(buildPreparedImage)
  beforeEach(() => {
    scene = new EmbeddedScene()
  })
  afterEach(() => scene.dispose())

  it('refuses a second process, and names the first', async () => {
    const server = await scene.start()
    const second = await new HolderProcess(scene.folder).outcome
    assert.ok(second.state === 'refused')
    assert.equal(second.code, 'EMBEDDED_DATABASE_IN_USE')
    for (const part of [scene.folder, `process ${process.pid}`, 'database.url'])
      assert.ok(second.message.includes(part))
    await (await scene.connect(server)).query('select 1')
  })

  it('refuses a second server of the same process, and a folder reached by a symbolic link', async () => {
    await scene.start()
    symlinkSync(scene.folder, join(scene.root, 'link'))
    await assert.rejects(scene.start(), { code: 'EMBEDDED_DATABASE_IN_USE' })
    await assert.rejects(scene.start({ path: join(scene.root, 'link') }), { code: 'EMBEDDED_DATABASE_IN_USE' })
  })

  it('lets another process be a client of the holder', async () => {
    const holder = new HolderProcess(scene.folder)
    await holder.outcome
    const found = await findEmbeddedServer(scene.folder)
    assert.equal(found?.holder.pid, holder.pid)
    const client = await scene.connect(found)
    assert.deepEqual((await client.query('select 1 as n')).rows, [{ n: 1 }])
    await holder.stop()
    assert.equal(await findEmbeddedServer(scene.folder), undefined)
  })

  it('finds nothing where nothing is, and makes nothing', async () => {
    assert.equal(await findEmbeddedServer(join(scene.root, 'a', 'b')), undefined)
    assert.deepEqual(readdirSync(scene.root), [])
  })

  it('is taken over at once from a process that was killed, whatever process has its id now', async () => {
    const holder = new HolderProcess(scene.folder)
    await holder.outcome
    await holder.kill()
    rewriteLock({ pid: process.pid })
    assert.equal(await findEmbeddedServer(scene.folder), undefined)
    const messages: string[] = []
    const before = Date.now()
    await scene.start({ log: (message) => messages.push(message) })
    assert.ok(Date.now() - before < 5_000)
    assert.match(messages.join(), /taking over .*db\.lock/)
    assert.deepEqual(readdirSync(scene.root).sort(), ['db', 'db.lock'])
  })

  it('is taken over from a dead process whose socket somebody has cleaned up', async () => {
    const holder = new HolderProcess(scene.folder)
    const outcome = await holder.outcome
    await holder.kill()
    assert.ok(outcome.state === 'started')
    rmSync(outcome.connection.host, { recursive: true })
    const before = Date.now()
    await scene.start()
    assert.ok(Date.now() - before < 5_000)
  })

  it('is respected without a reachable socket as long as it has a heartbeat, as in another container', async () => {
    mkdirSync(scene.folder)
    const endpoint = { host: join(scene.root, 'elsewhere'), port: 5432 }
    const lock = { token: 'ab', pid: 1, host: 'c1', place: 'c1', startedAt: '2026-01-01T00:00:00Z', endpoint }
    const lockPath = `${scene.folder}.lock`
    writeFileSync(lockPath, JSON.stringify(lock))
    const heart = setInterval(() => utimesSync(lockPath, new Date(), new Date()), 500)
    try {
      await assert.rejects(scene.start(), { code: 'EMBEDDED_DATABASE_IN_USE', message: /process 1 on c1/ })
    } finally {
      clearInterval(heart)
    }
  })

  it('ends the server when it is taken away', async () => {
    const server = await scene.start()
    const failure = new Promise<Error>((resolve) => server.onFailure(resolve))
    rmSync(`${scene.folder}.lock`)
    assert.match((await failure).message, /lock .* has been removed/)
  })

  it('goes to exactly one of four processes that start at once', async () => {
    for (const round of [1, 2]) await race(`round ${round}`)
  })

  it('goes to exactly one of four processes that find the lock of a dead one', async () => {
    for (const round of [1, 2]) {
      const dead = new HolderProcess(scene.folder)
      await dead.outcome
      await dead.kill()
      await race(`round ${round}`)
    }
  })

  async function race(round: string): Promise<void> {
    const startAt = Date.now() + 700
    const racers = Array.from({ length: 4 }, () => new HolderProcess(scene.folder, startAt))
    const outcomes = await Promise.all(racers.map((racer) => racer.outcome))
    const winner = outcomes.find((outcome) => outcome.state === 'started')
    const refused = outcomes.filter((outcome) => outcome.state === 'refused')
    assert.ok(winner !== undefined && refused.length === 3, `${round}: ${JSON.stringify(outcomes)}`)
    for (const { code, message } of refused) {
      assert.equal(code, 'EMBEDDED_DATABASE_IN_USE')
      assert.ok(message.includes(`process ${winner.pid}`))
    }
    const client = new pg.Client(winner.connection)
    await client.connect()
    await client.query('select 1')
    await client.end()
    await Promise.all(racers.map((racer) => racer.stop()))
    assert.deepEqual(readdirSync(scene.root), ['db'])
  }

  function rewriteLock(changes: object): void {
    const lockPath = `${scene.folder}.lock`
    writeFileSync(lockPath, JSON.stringify({ ...JSON.parse(readFileSync(lockPath, 'utf8')), ...changes }))
  }
})
