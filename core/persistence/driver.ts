import { createRequire } from 'node:module'
import type { PostgresDialectConfig } from 'kysely'
import type {
  ClientConfig,
  CustomTypesConfig,
  PoolConfig,
  Pool as PoolOfClients,
  Client as PostgresClient,
  TypeOverrides as Types,
} from 'pg'

/** The one that MikroORM brings: it is not ours to choose another, nor to rely on finding it beside us. */
const require = createRequire(import.meta.resolve('@mikro-orm/postgresql'))

interface Driver {
  readonly Client: new (config: ClientConfig) => PostgresClient
  readonly Pool: new (config: PoolConfig) => PoolOfClients
  readonly TypeOverrides: new () => Types
}

interface QueryBuilder {
  readonly PostgresDialect: new (config: PostgresDialectConfig) => object
}

const { Client, Pool, TypeOverrides } = require('pg') as Driver

export { Client, Pool }

const TIMESTAMPTZ_OID = 1184

/** How values are read, with times made of their texts by `toTime`: as they are, they are the driver's dates. */
export function createTypeParsers(toTime: (text: string) => unknown): CustomTypesConfig {
  const types = new TypeOverrides()
  types.setTypeParser(TIMESTAMPTZ_OID, toTime)
  return types
}

/** Has the ORM use connections that are there. */
export function dialectOf(pool: PoolOfClients): object {
  const { PostgresDialect } = require('kysely') as QueryBuilder
  return new PostgresDialect({ pool })
}
