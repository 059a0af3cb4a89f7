import { randomBytes } from 'node:crypto'
import { openDatabase } from '../../core/persistence/database.js'
import { createTestTasker, type TestTasker, type TestTaskerConfig } from '../../core/testing/index.js'
import { testDatabaseUrl } from './postgres.js'

const schemas: string[] = []

/**
 * A running test kernel in a schema of its own: on the server of TASKER_TEST_DATABASE_URL, or on the embedded one that all test
 * kernels of the process share. Stop it, or use `await using`.
 */
export async function openTestTasker(config: TestTaskerConfig = {}): Promise<TestTasker> {
  const url = testDatabaseUrl()
  if (url === undefined) return createTestTasker(config)
  const schema = config.database?.schema ?? `test_${randomBytes(6).toString('hex')}`
  schemas.push(schema)
  return createTestTasker({ ...config, database: { ...config.database, url, schema } })
}

after(async () => {
  const url = testDatabaseUrl()
  if (url === undefined || schemas.length === 0) return
  const database = await openDatabase({ connection: { url } })
  for (const schema of schemas.splice(0)) await database.query(`drop schema if exists "${schema}" cascade`)
  await database.close()
})
