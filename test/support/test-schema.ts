import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { testDatabaseUrl } from './postgres.js'

/** A schema for processes that a test starts: on the server of TASKER_TEST_DATABASE_URL, or none where they use a folder. */
export interface TestSchema {
  /** Undefined: use the embedded database in a folder of the test. */
  readonly database: { readonly url: string; readonly schema: string } | undefined
  /** The same for the environment of a child process. */
  readonly environment: Readonly<Record<string, string>>
  close(): Promise<void>
}

export async function openTestSchema(): Promise<TestSchema> {
  const url = testDatabaseUrl()
  if (url === undefined) return { database: undefined, environment: {}, close: async () => undefined }
  const schema = `test_${randomBytes(6).toString('hex')}`
  return {
    database: { url, schema },
    environment: { TEST_URL: url, TEST_SCHEMA: schema },
    close: async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`drop schema if exists "${schema}" cascade`)
      await client.end()
    },
  }
}
