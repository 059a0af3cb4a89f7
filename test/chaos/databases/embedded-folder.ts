import { join } from 'node:path'
import { type Database, openDatabase } from '../../../core/persistence/database.js'
import { type EmbeddedServer, startEmbeddedServer } from '../../../core/persistence/embedded/embedded-server.js'
import { findEmbeddedServer } from '../../../core/persistence/embedded/find-embedded-server.js'
import type { ChaosDatabase } from './chaos-database.js'

/** An embedded database in a folder: whichever worker runs holds it. */
export function useEmbeddedFolder(folder: string): ChaosDatabase {
  const path = join(folder, 'db')
  let own: EmbeddedServer | undefined
  const open = (connection: EmbeddedServer['connection']): Promise<Database> =>
    openDatabase({ connection, poolSize: 2 })
  return {
    settings: { path },
    connect: async () => {
      const holder = await findEmbeddedServer(path)
      if (holder === undefined) throw new Error('nobody holds the database now')
      return open(holder.connection)
    },
    connectAfterwards: async () => {
      own ??= await startEmbeddedServer({ path })
      return open(own.connection)
    },
    dispose: async () => {
      await own?.stop()
    },
  }
}
