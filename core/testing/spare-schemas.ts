import { randomBytes } from 'node:crypto'
import type { DatabaseAddress } from '../persistence/database-address.js'
import { sqlStateOf } from '../persistence/database-failures.js'
import { Client } from '../persistence/driver.js'
import { preparedSchema } from '../persistence/embedded/prepared-tables.js'

const undefinedTable = '42P01'
/** Above it a table is truncated, which costs as much for one row as for a million; below it rows are deleted, which is faster. */
const largestToDelete = 128 * 1024

/**
 * What a schema is made of besides its rows: tables, indexes and sequences with their columns, and the migrations that were run. One
 * that a test has altered is not used again.
 */
const formOf = (schema: string): string => `
  select md5(
    coalesce((select string_agg(concat_ws(' ', relname, relkind, relnatts, relhastriggers), ',' order by relname)
      from pg_class where relnamespace = to_regnamespace('"${schema}"')), '')
    || coalesce((select string_agg(name, ',' order by id) from "${schema}".migrations), '')) as form`

/** Leaves a schema as its migrations make it. The rows of `log_retention` and `migrations` are theirs. */
const emptyingOf = (schema: string): string => `
  do $$
  declare
    relation record;
  begin
    for relation in select oid, relname, relkind from pg_class where relnamespace = to_regnamespace('"${schema}"')
    loop
      if relation.relname like 'migrations%' or relation.relname = 'log_retention' then
        continue;
      elsif relation.relkind = 'S' then
        perform setval(relation.oid::regclass, 1, false);
      elsif relation.relkind = 'r' and pg_relation_size(relation.oid) > ${largestToDelete} then
        execute 'truncate ' || relation.oid::regclass;
      elsif relation.relkind = 'r' and pg_relation_size(relation.oid) > 0 then
        execute 'delete from ' || relation.oid::regclass;
      end if;
    end loop;
    update "${schema}".log_retention set holder = null, lease_ms = 0, held_at = null, lost_id = 0, lost_entries = 0;
  end $$`

/** Schemas of the shared server that no test kernel uses: with tables, and empty. */
export class SpareSchemas {
  readonly #server: DatabaseAddress
  readonly #spare: string[] = []
  /** Undefined where the server came without tables: what form they have is not known then, and no schema is used twice. */
  #form: string | undefined

  private constructor(server: DatabaseAddress) {
    this.#server = server
  }

  /** A server from the prepared image has one that is ready. */
  static async of(server: DatabaseAddress): Promise<SpareSchemas> {
    const schemas = new SpareSchemas(server)
    await schemas.#connected(async (client) => {
      const { rows } = await client.query(
        `select to_regclass('"${preparedSchema}".migrations') is not null as "isReady"`,
      )
      if (!rows[0]?.isReady) return
      schemas.#form = await formIn(client, preparedSchema)
      schemas.#spare.push(preparedSchema)
    })
    return schemas
  }

  /** One that is ready, or the name of one that is still to be made: by migrating, as any start does. */
  take(): string {
    return this.#spare.pop() ?? `test_${randomBytes(6).toString('hex')}`
  }

  /** Empties a schema for the next test, 3 ms, or drops it if that has not the form any more that migrations give it, 40 ms. */
  async giveBack(schema: string): Promise<void> {
    await this.#connected(async (client) => {
      if (this.#form !== undefined && (await formIn(client, schema)) === this.#form) {
        await client.query(emptyingOf(schema))
        this.#spare.push(schema)
      } else await client.query(`drop schema if exists "${schema}" cascade`)
    })
  }

  /** Takes a schema away for good. */
  async drop(schema: string): Promise<void> {
    await this.#connected((client) => client.query(`drop schema if exists "${schema}" cascade`))
  }

  async #connected(work: (client: PostgresClient) => Promise<unknown>): Promise<void> {
    const client = new Client(this.#server)
    await client.connect()
    try {
      await work(client)
    } finally {
      await client.end()
    }
  }
}

type PostgresClient = InstanceType<typeof Client>

/** Undefined where there are no tables: the boot of the kernel has failed before it made them. */
async function formIn(client: PostgresClient, schema: string): Promise<string | undefined> {
  try {
    return (await client.query<{ form: string }>(formOf(schema))).rows[0]?.form
  } catch (error) {
    if (sqlStateOf(error) === undefinedTable) return undefined
    throw error
  }
}
