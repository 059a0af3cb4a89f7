import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import type { Pool } from 'pg'
import type { Logger } from '../contracts/logger.js'
import { dialectOf } from './driver.js'
import { entities } from './entities/index.js'
import { migrations } from './migrations/index.js'
import { migrationsTable } from './migrations/migration-names.js'

export interface OrmOptions {
  /** The connections that it uses. Closing the ORM ends them, if it has used them. */
  readonly pool: Pool
  /** Name of the database that they lead to: the migrator looks for it, and would create one that it did not find. */
  readonly databaseName: string
  readonly schema: string
  readonly log: Logger | undefined
}

/** The ORM on connections that are there. */
export function createOrm({ pool, databaseName, schema, log }: OrmOptions): MikroORM {
  return new MikroORM({
    entities: [...entities],
    allowGlobalContext: false,
    ensureDatabase: false,
    schema,
    dbName: databaseName,
    driverOptions: dialectOf(pool),
    extensions: [Migrator],
    migrations: {
      migrationsList: [...migrations],
      tableName: migrationsTable,
      schema,
      snapshot: false,
      silent: true,
      disableForeignKeys: false,
    },
    logger: (message: string) => log?.debug({ message }, 'orm'),
  })
}
