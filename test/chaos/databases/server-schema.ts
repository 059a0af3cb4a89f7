import { randomBytes } from 'node:crypto'
import { openDatabase } from '../../../core/persistence/database.js'
import type { OwnServer } from '../../support/own-server.js'
import type { ChaosDatabase } from './chaos-database.js'

/** A schema of its own on a PostgreSQL server. */
export function useServerSchema(url: string, server?: OwnServer): ChaosDatabase {
  const schema = `chaos_${randomBytes(6).toString('hex')}`
  const connect = () => openDatabase({ connection: { url }, schema, poolSize: 2 })
  return {
    settings: { url, schema },
    ...(server ? { server } : {}),
    connect,
    connectAfterwards: connect,
    dispose: async () => {
      const database = await connect()
      await database.query(`drop schema if exists "${schema}" cascade`)
      await database.close()
    },
  }
}
