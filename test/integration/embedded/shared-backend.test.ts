import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { EmbeddedServer } from '../../../core/persistence/embedded/embedded-server.js'
import { buildPreparedImage, EmbeddedScene } from '../../fixtures/embedded/embedded-scene.js'

describe('many clients of one embedded backend', () => {
  let scene: EmbeddedScene
  let server: EmbeddedServer

  before(async () => {
    buildPreparedImage()
    scene = new EmbeddedScene()
    server = await scene.start({ path: ':memory:' })
  })
  after(() => scene.dispose())
  beforeEach(async () => {
    await (await scene.connect(server)).query('drop table if exists t; create table t (a int)')
  })

  it('get their own answers, whether in transactions, alone, or with values of many packets', async () => {
    const pool = new pg.Pool({ ...server.connection, max: 8 })
    const long = 'x'.repeat(1_000_000)
    const run = async (worker: number) => {
      for (let round = 0; round < 10; round++) {
        const client = await pool.connect()
        const n = worker * 1_000 + round
        if (worker < 2) await client.query('begin')
        if (worker < 2) await sleep(3)
        const { rows } =
          worker % 2 === 0
            ? await client.query('select $1::int as n', [n])
            : await client.query('select length($2::text) as length, $1::int as n', [n, worker < 4 ? 'x' : long])
        if (worker < 2) await client.query('commit')
        client.release()
        assert.equal(rows[0].n, n)
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, worker) => run(worker)))
    await pool.end()
  })

  it('wait while one of them holds a transaction', async () => {
    const [holder, other] = [await scene.connect(server), await scene.connect(server)]
    await holder.query('begin')
    await holder.query('insert into t values (1)')
    const count = other.query('select count(*)::int as n from t')
    assert.equal(await Promise.race([count, sleep(100, 'waiting')]), 'waiting')
    await holder.query('insert into t values (2)')
    await holder.query('commit')
    assert.deepEqual((await count).rows, [{ n: 2 }])
  })

  it('go on when one leaves in the middle of a transaction, which is rolled back', async () => {
    for (const statement of ['insert into t values (1)', 'insert into nowhere values (1)']) {
      const [leaver, other] = [await scene.connect(server), await scene.connect(server)]
      await leaver.query('begin')
      await leaver.query(statement).catch(() => {})
      const count = other.query('select count(*)::int as n from t')
      socketOf(leaver).destroy()
      assert.deepEqual((await count).rows, [{ n: 0 }])
    }
  })

  it('go on when one leaves after an error in the middle of a batch', async () => {
    const leaver = await scene.connect(server)
    socketOf(leaver).write(message('P', '\0selec nonsense\0\0\0'))
    await sleep(50)
    const waiting = scene.connect(server)
    await sleep(50)
    socketOf(leaver).destroy()
    assert.deepEqual((await (await waiting).query('select 1 as n')).rows, [{ n: 1 }])
  })

  it('survive COPY FROM STDIN, which is an error of that statement', async () => {
    const client = await scene.connect(server)
    await assert.rejects(client.query('copy t from stdin'), /COPY from stdin failed/)
    await client.query('begin')
    await client.query('insert into t values (1)')
    await client.query('commit')
    assert.deepEqual((await client.query('select a from t')).rows, [{ a: 1 }])
  })

  it('survive one that talks nonsense', async () => {
    const startup = (parameters: string) => {
      const packet = Buffer.alloc(8 + parameters.length)
      packet.writeInt32BE(packet.length, 0)
      packet.writeInt32BE(196608, 4)
      packet.write(parameters, 8)
      return packet
    }
    const packets = [startup('bad'), startup('user\0u\0replication\0true\0\0'), message('z', 'what'), message('B', 'x')]
    for (const packet of packets) {
      const { host, port } = server.connection
      const socket = connect(join(host, `.s.PGSQL.${port}`))
      socket.write(packet)
      await once(socket, 'data')
      socket.destroy()
      const client = await scene.connect(server)
      assert.deepEqual((await client.query('select $1::int as n', [5])).rows, [{ n: 5 }])
    }
  })

  it('have their cancel requests closed, which psql waits for after Ctrl-C', async () => {
    const { host, port } = server.connection
    const socket = connect(join(host, `.s.PGSQL.${port}`))
    socket.write(Buffer.from([0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2]))
    socket.resume()
    await once(socket, 'end')
  })

  it('are told "no" when they ask for encryption, and go on without', async () => {
    const { host, port } = server.connection
    const socket = connect(join(host, `.s.PGSQL.${port}`))
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
    const [answer] = await once(socket, 'data')
    assert.equal(String(answer), 'N')
    socket.destroy()
  })

  it('share one session: settings and prepared statements are seen by all', async () => {
    const [one, other] = [await scene.connect(server), await scene.connect(server)]
    await one.query(`set application_name = 'one'`)
    await one.query('prepare mine as select 1')
    assert.deepEqual((await other.query('show application_name')).rows, [{ application_name: 'one' }])
    await assert.rejects(other.query('prepare mine as select 2'), /already exists/)
  })
})

function socketOf(client: pg.Client): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream
}

function message(type: string, body: string): Buffer {
  const bytes = Buffer.alloc(5 + body.length)
  bytes.write(type)
  bytes.writeInt32BE(4 + body.length, 1)
  bytes.write(body, 5)
  return bytes
}
