import type { ChangeRecord } from '../contracts/changes.js'
import type {
  DependentSystem,
  DependentSystemStore,
  ObjectMap,
  ObjectMapFilter,
  ObjectReference,
} from '../contracts/dependent-systems.js'
import type { Page, PageOf } from '../contracts/page.js'
import type { Transaction } from '../contracts/transaction.js'
import { recordChanges } from './changes.js'
import { Conditions } from './conditions.js'
import type { Database } from './database.js'
import { limitOf, parseCursor, toPage } from './page-cursor.js'

interface MapRow {
  readonly number: string
  readonly systemOne: string
  readonly idOne: string
  readonly systemTwo: string
  readonly idTwo: string
  readonly createdAt: string
}

const mapColumns = `m.number, m.system_one as "systemOne", m.id_one as "idOne", m.system_two as "systemTwo", m.id_two as "idTwo",
  m.created_at as "createdAt"`
const isPair = 'system_one = $1 and id_one = $2 and system_two = $3 and id_two = $4'

/** Dependent systems and object maps on PostgreSQL. */
export class DependentSystemTable implements DependentSystemStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  listDependentSystems(): Promise<readonly DependentSystem[]> {
    return this.#database.query<DependentSystem>(`${this.#selectSystems} order by name`)
  }

  async getDependentSystem(name: string): Promise<DependentSystem | undefined> {
    return (await this.#database.query<DependentSystem>(`${this.#selectSystems} where name = $1`, [name]))[0]
  }

  saveDependentSystem({ name, description, createdAt }: DependentSystem, change: ChangeRecord): Promise<boolean> {
    const sql = `insert into ${this.#systems} as s (name, description, created_at) values ($1, $2, $3)
      on conflict (name) do update set description = excluded.description
      where s.description is null and excluded.description is not null returning 1`
    return this.#recording(change, (transaction) => transaction.query(sql, [name, description, createdAt]))
  }

  addObjectMap({ one, two, createdAt }: ObjectMap, change: ChangeRecord): Promise<boolean> {
    const sql = `with systems as (
        insert into ${this.#systems} (name, created_at) select distinct x, $5::timestamptz from unnest(array[$1::text, $3::text]) x
        order by x on conflict (name) do nothing
      )
      insert into ${this.#maps} (system_one, id_one, system_two, id_two, created_at) values ($1, $2, $3, $4, $5)
      on conflict (system_one, id_one, system_two, id_two) do nothing returning 1`
    const values = [one.system, one.id, two.system, two.id, createdAt]
    return this.#recording(change, (transaction) => transaction.query(sql, values))
  }

  removeObjectMap(one: ObjectReference, two: ObjectReference, change: ChangeRecord): Promise<boolean> {
    const sql = `delete from ${this.#maps} where ${isPair} returning 1`
    return this.#recording(change, (transaction) => transaction.query(sql, [one.system, one.id, two.system, two.id]))
  }

  async getObjectMap(one: ObjectReference, two: ObjectReference): Promise<ObjectMap | undefined> {
    const sql = `select ${mapColumns} from ${this.#maps} m where ${isPair}`
    const [row] = await this.#database.query<MapRow>(sql, [one.system, one.id, two.system, two.id])
    return row && mapOf(row)
  }

  async mappedIds({ system, id }: ObjectReference, other: string): Promise<readonly string[]> {
    const sql = `select id from (
        select number, id_two as id from ${this.#maps} where system_one = $1 and id_one = $2 and system_two = $3
        union all
        select number, id_one as id from ${this.#maps} where system_two = $1 and id_two = $2 and system_one = $3
      ) found order by number`
    return (await this.#database.query<{ id: string }>(sql, [system, id, other])).map((row) => row.id)
  }

  async listObjectMaps({ system, id }: ObjectMapFilter, page?: Page): Promise<PageOf<ObjectMap>> {
    const limit = limitOf(page)
    const conditions = new Conditions()
    if (system !== undefined && id !== undefined)
      conditions.add(
        '((m.system_one = $ and m.id_one = $) or (m.system_two = $ and m.id_two = $))',
        system,
        id,
        system,
        id,
      )
    else if (system !== undefined) conditions.add('(m.system_one = $ or m.system_two = $)', system, system)
    else if (id !== undefined) conditions.add('(m.id_one = $ or m.id_two = $)', id, id)
    const keys = parseCursor(page, ['place'] as const)
    if (keys) conditions.add('m.number > $', keys[0])
    const sql = `select ${mapColumns} from ${this.#maps} m ${conditions.where} order by m.number limit ${limit + 1}`
    const rows = await this.#database.query<MapRow>(sql, conditions.values)
    return toPage(rows, limit, mapOf, ({ number }) => [Number(number)])
  }

  #recording(change: ChangeRecord, write: (transaction: Transaction) => Promise<readonly unknown[]>): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const isWritten = (await write(transaction)).length > 0
      if (isWritten) await recordChanges(this.#database, transaction, [change])
      return isWritten
    })
  }

  get #selectSystems(): string {
    return `select name, description, created_at as "createdAt" from ${this.#systems}`
  }

  get #systems(): string {
    return this.#database.table('dependent_systems')
  }

  get #maps(): string {
    return this.#database.table('object_maps')
  }
}

function mapOf({ systemOne, idOne, systemTwo, idTwo, createdAt }: MapRow): ObjectMap {
  return { one: { system: systemOne, id: idOne }, two: { system: systemTwo, id: idTwo }, createdAt }
}
