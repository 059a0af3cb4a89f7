import { randomBytes } from 'node:crypto'
import { type Database, openDatabase } from '../../core/persistence/database.js'
import { createTestTasker, type TestTasker, type TestTaskerConfig } from '../../core/testing/index.js'
import './after-all.js'
import { onClose } from './closings.js'
import { testDatabaseUrl } from './postgres.js'

const opened = new Map<string, TestTasker>()
let maintenance: Promise<Database> | undefined

/**
 * A running test kernel in a schema of its own: on the server of TASKER_TEST_DATABASE_URL, or on the embedded one that all test
 * kernels of the process share. Stop it, or use `await using`.
 */
export async function openTestTasker(config: TestTaskerConfig = {}): Promise<TestTasker> {
  const url = testDatabaseUrl()
  if (url === undefined) return createTestTasker(config)
  const schema = config.database?.schema ?? `test_${randomBytes(6).toString('hex')}`
  // One that is opened again is meant to be found as it was left.
  opened.delete(schema)
  await dropSchemasOf(url, (tasker) => tasker.state === 'stopped')
  const tasker = await createTestTasker({ ...config, database: { ...config.database, url, schema } })
  opened.set(schema, tasker)
  return tasker
}

/** Soon after they are done with: hundreds of schemas slow down everything that reads the catalogue of the server. */
async function dropSchemasOf(url: string, isDone: (tasker: TestTasker) => boolean): Promise<void> {
  for (const [schema, tasker] of [...opened]) {
    if (!isDone(tasker)) continue
    opened.delete(schema)
    maintenance ??= openDatabase({ connection: { url } })
    await (await maintenance).query(`drop schema if exists "${schema}", "${schema}_queue" cascade`)
  }
}

onClose(async () => {
  const url = testDatabaseUrl()
  if (url !== undefined) await dropSchemasOf(url, () => true)
  const closing = maintenance
  maintenance = undefined
  await (await closing)?.close()
})
