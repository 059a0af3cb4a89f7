import { createRequire } from 'node:module'
import type { ClientConfig, Client as PostgresClient } from 'pg'

/** The one that MikroORM brings: it is not ours to choose another, nor to rely on finding it beside us. */
const require = createRequire(import.meta.resolve('@mikro-orm/postgresql'))

/** A connection of its own, outside of any pool. */
export const Client = (require('pg') as { readonly Client: new (config: ClientConfig) => PostgresClient }).Client
