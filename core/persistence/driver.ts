import { createRequire } from 'node:module'
import { createPostgreSqlTypeParsers } from '@mikro-orm/postgresql'
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

const TEXT_ARRAY_OID = 1009

/** How values are read from connections that the ORM may use, too: as its own connections do, with times as texts. */
export function createTypeParsers(others: Readonly<Record<number, (text: string) => unknown>> = {}): CustomTypesConfig {
  const types = new TypeOverrides()
  const parseArray = types.getTypeParser(TEXT_ARRAY_OID) as unknown as (text: string) => string[]
  for (const [oid, parser] of Object.entries({ ...createPostgreSqlTypeParsers(parseArray), ...others }))
    types.setTypeParser(Number(oid), parser)
  return types
}

/** Has the ORM use connections that are there. */
export function dialectOf(pool: PoolOfClients): object {
  const { PostgresDialect } = require('kysely') as QueryBuilder
  return new PostgresDialect({ pool })
}
