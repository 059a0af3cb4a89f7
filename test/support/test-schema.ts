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
  const named = withApplicationName(url, schema)
  return {
    database: { url: named, schema },
    environment: { TEST_URL: named, TEST_SCHEMA: schema },
    close: async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`drop schema if exists "${schema}", "${schema}_queue" cascade`)
      await client.end()
    },
  }
}

/** Ends the connections of a schema that is open, of whatever process, but the one that asks: other files run at the same time. */
export const endConnectionsSql = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = current_setting('application_name') and pid <> pg_backend_pid()`

/** A test tells its connections from those of others by their name, which is that of its schema. */
function withApplicationName(url: string, name: string): string {
  const named = new URL(url)
  named.searchParams.set('application_name', name)
  return named.href
}
