import type { DifferingDefinition } from '../contracts/store.js'
import type { TaskDefinition } from '../contracts/task-definition.js'
import { definitionDocument } from '../definition/definition-document.js'
import type { Database } from './database.js'

interface DefinitionRow {
  /** From 1. */
  readonly place: string
  readonly hash: string | null
  readonly definition: Readonly<Record<string, unknown>> | null
}

/** The definitions that workers have registered, for those who look at the database without the code. */
export class DefinitionStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async register(definitions: readonly TaskDefinition[]): Promise<readonly DifferingDefinition[]> {
    const named = this.#table('named_tasks')
    const sql = `with ${given}, spaces as (
        insert into ${this.#table('namespaces')} (name, created_at)
        select distinct namespace, now() from given order by namespace on conflict (name) do nothing
      ), systems as (
        insert into ${this.#table('dependent_systems')} (name, created_at)
        select x, now() from unnest($6::text[]) x order by x on conflict (name) do nothing
      ), added as (
        insert into ${named} (namespace, name, version, hash, definition, registered_at)
        select namespace, name, version, hash, definition::jsonb, now() from given order by namespace, name, version
        on conflict (namespace, name, version) do nothing returning namespace, name, version
      )
      select g.place, k.hash, k.definition from given g left join ${named} k using (namespace, name, version)
      where k.hash is distinct from g.hash
        and not exists (select 1 from added a where (a.namespace, a.name, a.version) = (g.namespace, g.name, g.version))`
    while (true) {
      const rows = await this.#database.query<DefinitionRow>(sql, [...valuesOf(definitions), systemsOf(definitions)])
      // Somebody else has added one since the statement began: the next look sees what.
      if (rows.some(({ hash }) => hash === null)) continue
      return rows.map(({ place, definition }) => ({ index: Number(place) - 1, definition: definition! }))
    }
  }

  async replace(definitions: readonly TaskDefinition[]): Promise<void> {
    const sql = `with ${given}
      update ${this.#table('named_tasks')} k set hash = g.hash, definition = g.definition::jsonb, registered_at = now()
      from given g where (k.namespace, k.name, k.version) = (g.namespace, g.name, g.version)`
    await this.#database.query(sql, valuesOf(definitions))
  }

  async versions(namespace: string, name: string): Promise<readonly string[]> {
    const sql = `select version from ${this.#table('named_tasks')} where namespace = $1 and name = $2`
    return (await this.#database.query<{ version: string }>(sql, [namespace, name])).map(({ version }) => version)
  }

  #table(name: string): string {
    return this.#database.table(name)
  }
}

const given = `given as (
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
  with ordinality as g(namespace, name, version, hash, definition, place))`

/** What stands where a step names no system. */
const UNKNOWN_SYSTEM = 'unknown'

/** The systems that their steps name. */
function systemsOf(definitions: readonly TaskDefinition[]): readonly string[] {
  const systems = new Set(definitions.flatMap(({ steps }) => steps.map(({ dependentSystem }) => dependentSystem)))
  systems.delete(UNKNOWN_SYSTEM)
  return [...systems]
}

function valuesOf(definitions: readonly TaskDefinition[]): unknown[] {
  return [
    definitions.map(({ namespace }) => namespace),
    definitions.map(({ name }) => name),
    definitions.map(({ version }) => version),
    definitions.map(({ hash }) => hash),
    definitions.map((definition) => JSON.stringify(definitionDocument(definition))),
  ]
}
