import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { EntitySchema } from '@mikro-orm/core'
import { type Database, openDatabase } from '../../../core/persistence/database.js'
import { entities } from '../../../core/persistence/entities/index.js'
import { migrate, migrationStatus } from '../../../core/persistence/migrate.js'
import { migrations } from '../../../core/persistence/migrations/index.js'
import { columnsOf } from '../../../core/persistence/table-columns.js'
import {
  closeTestDatabase,
  hasConcurrentTransactions,
  openSame,
  openTestDatabase,
} from '../../support/test-database.js'

const run = promisify(execFile)
const openingProgram = fileURLToPath(new URL('../../fixtures/processes/open-database.js', import.meta.url))
const all = migrations.map(({ name }) => name)

describe('the database', () => {
  let database: Database

  beforeEach(async () => {
    database = await openTestDatabase({ migrated: false })
  })
  afterEach(() => closeTestDatabase(database))

  it('is migrated once, and says what was run and what is pending', async () => {
    assert.deepEqual(await migrationStatus(database), { executed: [], pending: all })
    assert.deepEqual(await migrate(database), all)
    assert.deepEqual(await migrationStatus(database), { executed: all, pending: [] })
    assert.deepEqual(await migrate(database), [])
  })

  it('is migrated by one of several processes that start at once', async function () {
    if (!hasConcurrentTransactions) this.skip()
    const others = await Promise.all([openSame(database), openSame(database), openSame(database)])
    const ran = await Promise.all([database, ...others].map((each) => migrate(each)))
    assert.deepEqual(ran.flat(), all)
    for (const other of others) await other.close()
  })

  it('gets the functions of a new version from one of several processes that start at once', async function () {
    if (!hasConcurrentTransactions) this.skip()
    await migrate(database)
    const others = await Promise.all(Array.from({ length: 6 }, () => openSame(database)))
    // Each has its connection, so that all of them look at the same moment.
    await Promise.all(others.map((other) => other.query('select 1')))
    for (let round = 0; round < 3; round++) {
      await dropFunctions(database)
      await Promise.all(others.map((other) => migrate(other)))
    }
    for (const other of others) await other.close()
  })

  it('has the tables that the entities describe', async () => {
    await migrate(database)
    const difference = await findDifference(database)
    // The functions are made of the entities, and are none.
    assert.equal(difference.replace(/^drop function .*\."(commit|claim|repair|permit)_\w+".*$/gm, '').trim(), '')
    await database.query(`alter table ${database.table('steps')} drop column drains`)
    assert.match(await findDifference(database), /drains/)
  })

  it('names and types the columns of entities as the ORM does, which is not asked', async () => {
    const metadata = (await database.orm()).getMetadata()
    for (const entity of entities) {
      const { props, tableName } = metadata.get(entity as EntitySchema)
      const known = props.filter(({ hidden }) => hidden !== true)
      assert.deepEqual(
        columnsOf(entity as EntitySchema),
        known.map(({ name, fieldNames, columnTypes, autoincrement }) => ({
          property: name,
          name: fieldNames[0],
          // A number that the table draws is one to whoever reads it.
          type: autoincrement ? columnTypes[0]!.replace('serial', 'int') : columnTypes[0],
        })),
        tableName,
      )
    }
  })

  it('is opened and looked at without the ORM, which takes as long to load as all the rest of a start', async () => {
    await migrate(database)
    const { connectionString, host, port, user, password, database: name } = database.pool.options
    const connection = connectionString ? { url: connectionString } : { host, port, user, password, database: name }
    const { stdout } = await run(process.execPath, [
      openingProgram,
      JSON.stringify({ connection, schema: database.schema }),
    ])
    assert.deepEqual(JSON.parse(stdout), { pending: [], hadOrm: false, items: [], hasOrm: true })
  })

  it('gives times as ISO 8601 in UTC with milliseconds, whatever the time zone, bigint as text and jsonb parsed', async () => {
    const sql = `select '2026-01-02 03:04:05+00'::timestamptz as a, '2026-01-02 03:04:05.6789+02'::timestamptz as b,
      9007199254740993::bigint as c, '{"x": [1, null]}'::jsonb as d, array['p', null, 'q r'] as e`
    const expected = {
      a: '2026-01-02T03:04:05.000Z',
      b: '2026-01-02T01:04:05.678Z',
      c: '9007199254740993',
      d: { x: [1, null] },
      e: ['p', null, 'q r'],
    }
    assert.deepEqual(await database.query(sql), [expected])
    await database.transaction(async (transaction) => {
      await transaction.query(`set local time zone 'Asia/Kolkata'`)
      assert.deepEqual(await transaction.query(sql), [expected])
    })
  })

  it('rolls a transaction back when its work throws, and keeps the connection', async () => {
    await migrate(database)
    const insert = `insert into ${database.table('namespaces')} values ('x', null, now())`
    const connections = database.pool.totalCount
    for (let round = 0; round < 10; round++) {
      const work = database.transaction(async (transaction) => {
        await transaction.query(insert)
        await transaction.query(insert)
      })
      await assert.rejects(work, { code: '23505' })
    }
    assert.deepEqual(await database.query(`select name from ${database.table('namespaces')}`), [])
    assert.equal(database.pool.totalCount, connections)
    assert.equal(database.pool.idleCount, connections)
  })

  it('survives connections that the server ends, at rest or in a transaction', async function () {
    if (!hasConcurrentTransactions) this.skip()
    const other = await openSame(database)
    const kill = `select pg_terminate_backend($1)`
    const pid = `select pg_backend_pid() as pid`
    const [idle] = await database.query<{ pid: number }>(pid)
    await other.query(kill, [idle!.pid])
    await new Promise((resolve) => setTimeout(resolve, 50))
    const inTransaction = database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ pid: number }>(pid)
      await other.query(kill, [row!.pid])
      await transaction.query('select 1')
    })
    await assert.rejects(inTransaction, { code: 'DATABASE_UNAVAILABLE' })
    assert.deepEqual(await database.query('select 1 as one'), [{ one: 1 }])
    await other.close()
  })

  it('says clearly that nobody answers, and that a schema name is none', async () => {
    const nobody = { connection: { host: '127.0.0.1', port: 1, user: 'x', database: 'x' } }
    await assert.rejects(openDatabase(nobody), { code: 'DATABASE_UNAVAILABLE' })
    await assert.rejects(openDatabase({ connection: { url: 'postgres://127.0.0.1:1/x' } }), {
      code: 'DATABASE_UNAVAILABLE',
    })
    await assert.rejects(openDatabase({ ...nobody, schema: 'a"b' }), { code: 'DATABASE_SCHEMA_NAME' })
  })
})

async function dropFunctions(database: Database): Promise<void> {
  const functions = await database.query<{ signature: string }>(
    'select oid::regprocedure::text as signature from pg_proc where pronamespace = $1::regnamespace',
    [`"${database.schema}"`],
  )
  assert.notEqual(functions.length, 0)
  for (const { signature } of functions) await database.query(`drop function ${signature}`)
}

/** The ORM names tables of all schemas in what it asks, and is refused when another test drops one of them at that moment. */
async function findDifference(database: Database): Promise<string> {
  const { schema } = database
  const orm = await database.orm()
  while (true) {
    try {
      return await orm.schema.getUpdateSchemaSQL({ wrap: false, schema })
    } catch (error) {
      if (!/"test_\w+" does not exist/.test(String(error)) || String(error).includes(schema)) throw error
    }
  }
}
