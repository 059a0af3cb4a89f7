import type { ChangeRecord } from '../contracts/changes.js'
import type { NamespaceRecord, NamespaceStore } from '../contracts/namespaces.js'
import { recordChanges } from './changes.js'
import type { Database } from './database.js'

/** The namespaces: each with its description, and whether it is paused. */
export class NamespaceTable implements NamespaceStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  listNamespaces(): Promise<readonly NamespaceRecord[]> {
    return this.#database.query<NamespaceRecord>(`${this.#select} order by n.name`)
  }

  async getNamespace(name: string): Promise<NamespaceRecord | undefined> {
    const [found] = await this.#database.query<NamespaceRecord>(`${this.#select} where n.name = $1`, [name])
    return found
  }

  createNamespace(
    { name, description, createdAt }: Pick<NamespaceRecord, 'name' | 'description' | 'createdAt'>,
    change: ChangeRecord,
  ): Promise<boolean> {
    const sql = `insert into ${this.#table} (name, description, created_at) values ($1, $2, $3)
      on conflict (name) do nothing returning 1`
    return this.#recorded(sql, [name, description, createdAt], change)
  }

  describeNamespace(
    name: string,
    description: string | null,
    change: ChangeRecord,
    onlyIfNone = false,
  ): Promise<boolean> {
    const sql = `update ${this.#table} set description = $2 where name = $1 and (not $3 or description is null) returning 1`
    return this.#recorded(sql, [name, description, onlyIfNone], change)
  }

  #recorded(sql: string, values: readonly unknown[], change: ChangeRecord): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      if ((await transaction.query(sql, values)).length === 0) return false
      await recordChanges(this.#database, transaction, [change])
      return true
    })
  }

  get #select(): string {
    return `select n.name, n.description, n.created_at as "createdAt", p.paused_at as "pausedAt"
      from ${this.#table} n left join ${this.#database.table('pauses')} p on p.key = n.name`
  }

  get #table(): string {
    return this.#database.table('namespaces')
  }
}
