import { randomBytes } from 'node:crypto'
import type { TaskerConfigInput } from '../config/config-input.js'
import { openDatabase } from '../persistence/database.js'
import type { DatabaseAddress } from '../persistence/database-address.js'
import { joinSharedServer, leaveSharedServer } from './shared-server.js'

/** Where a test kernel has its tables. */
export interface TestPlace {
  /** What the configuration says of the database then. */
  readonly database: TaskerConfigInput['database']
  /** The shared embedded server, if it is there. */
  readonly server: DatabaseAddress | undefined
  /** Takes away what the test has brought there, once no kernel uses it any more. */
  leave(): Promise<void>
}

/**
 * A schema of its own, of the embedded server that all tests of the process share, or of the server that a configuration names. A schema or
 * a folder that it names is used as it is.
 */
export async function findTestPlace(given: TaskerConfigInput['database'] = {}): Promise<TestPlace> {
  const { url, path = ':memory:', schema } = given
  if (url !== undefined) return schema === undefined ? schemaOnServer(given, url) : asGiven(given)
  if (path !== ':memory:') return asGiven(given)
  const { connection, schemas } = await joinSharedServer()
  const own = schema ?? schemas.take()
  return {
    database: { ...given, path, schema: own },
    server: connection,
    leave: async () => {
      await (schema === undefined ? schemas.giveBack(own) : schemas.drop(own))
      await leaveSharedServer()
    },
  }
}

function asGiven(database: TaskerConfigInput['database']): TestPlace {
  return { database, server: undefined, leave: () => Promise.resolve() }
}

/** Other than on an embedded server, what is left behind stays: each is dropped at once. */
function schemaOnServer(given: TaskerConfigInput['database'], url: string): TestPlace {
  const schema = `test_${randomBytes(6).toString('hex')}`
  return {
    database: { ...given, schema },
    server: undefined,
    leave: async () => {
      const database = await openDatabase({ connection: { url }, poolSize: 2 })
      await database.query(`drop schema if exists "${schema}", "${schema}_queue" cascade`)
      await database.close()
    },
  }
}
