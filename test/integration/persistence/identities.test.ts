import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { TaskWrite } from '../../../core/contracts/store.js'
import { type Database, openDatabase } from '../../../core/persistence/database.js'
import { migrate } from '../../../core/persistence/migrate.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { type DatabaseServer, joinDatabaseServer } from '../../support/database-server.js'
import { creation, taskRecord } from '../../support/task-records.js'

const identified = (hash: string, expiresAt: string | null = null): TaskWrite =>
  creation(taskRecord({ identityHash: hash }), [], { identity: { hash, expiresAt } })

describe('identities of new tasks in the database', () => {
  let server: DatabaseServer
  let databases: Database[]
  let stores: PostgresStore[]

  before(async () => {
    server = await joinDatabaseServer()
    const schema = `test_${randomBytes(6).toString('hex')}`
    const open = () => openDatabase({ connection: server.connection, schema })
    databases = [await open(), await open()]
    await migrate(databases[0]!)
    stores = databases.map((database) => new PostgresStore(database))
  })
  after(async () => {
    await databases[0]!.query(`drop schema "${databases[0]!.schema}" cascade`)
    for (const database of databases) await database.close()
    await server.leave()
  })

  it('are taken by exactly one of two processes that commit at the same moment, in whatever order they come', async () => {
    for (let round = 0; round < 20; round++) {
      const hashes = Array.from({ length: 12 }, (_, index) => `${round} ${index}`)
      const batches = [hashes, hashes.toReversed()].map((batch) => batch.map((hash) => identified(hash)))
      const outcomes = await Promise.all(batches.map((batch, index) => stores[index]!.commit(batch)))
      const winners = new Map<string, string>()
      for (const [index, batch] of batches.entries())
        for (const [place, write] of batch.entries()) {
          if (outcomes[index]![place]!.status !== 'committed') continue
          assert.equal(winners.has(write.identity!.hash), false, 'two tasks of one identity')
          winners.set(write.identity!.hash, write.task.id)
        }
      assert.equal(winners.size, hashes.length)
      for (const [index, batch] of batches.entries())
        for (const [place, write] of batch.entries()) {
          const outcome = outcomes[index]![place]!
          if (outcome.status === 'committed') continue
          assert.deepEqual(outcome, { status: 'duplicate', taskId: winners.get(write.identity!.hash) })
        }
    }
  })

  it('pass to the next of one commit where the first is refused for its data', async () => {
    const bad = identified('passed on')
    const broken = { ...bad, task: { ...bad.task, context: { text: 'a\u0000b' } } }
    const [second, third] = [identified('passed on'), identified('passed on')]
    const outcomes = await stores[0]!.commit([broken, second, creation(taskRecord()), third])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['refused', 'committed', 'committed', 'duplicate'],
    )
    assert.deepEqual(outcomes[3], { status: 'duplicate', taskId: second.task.id })
  })

  it('end at their time, as the creation of the next task has it', async () => {
    const first = taskRecord()
    const expiresAt = new Date(Date.parse(first.createdAt) + 500).toISOString()
    const write = creation(first, [], { identity: { hash: 'ends', expiresAt } })
    assert.equal((await stores[0]!.commit([write]))[0]!.status, 'committed')
    const early = creation(taskRecord({ createdAt: first.createdAt }), [], { identity: { hash: 'ends', expiresAt } })
    assert.equal((await stores[1]!.commit([early]))[0]!.status, 'duplicate')
    const late = creation(taskRecord({ createdAt: expiresAt }), [], { identity: { hash: 'ends', expiresAt: null } })
    assert.equal((await stores[1]!.commit([late]))[0]!.status, 'committed')
  })
})
