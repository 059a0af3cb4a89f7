import type { StepDefinition, TaskDefinition } from '../contracts/task-definition.js'
import type { Database } from './database.js'
import { NamespaceEntity } from './entities/definition-entities.js'

/** The definitions that workers have registered, for those who look at the database without the code. */
export class DefinitionStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async register(definition: TaskDefinition): Promise<void> {
    const { namespace, name, version, hash } = definition
    const sql = `with space as (
        insert into ${this.#database.table('namespaces')} (name, created_at) values ($1, now()) on conflict (name) do nothing
      )
      insert into ${this.#database.table('named_tasks')} as known (namespace, name, version, hash, definition, registered_at)
      values ($1, $2, $3, $4, $5::jsonb, now())
      on conflict (namespace, name, version) do update
      set hash = excluded.hash, definition = excluded.definition, registered_at = excluded.registered_at
      where known.hash <> excluded.hash`
    await this.#database.query(sql, [namespace, name, version, hash, JSON.stringify(describe(definition))])
  }

  async listNamespaces(): Promise<readonly { name: string; description: string | null; createdAt: string }[]> {
    const rows = await this.#database.read((em) =>
      em.find(NamespaceEntity, {}, { orderBy: { name: 'asc' }, disableIdentityMap: true }),
    )
    return rows.map(({ name, description, createdAt }) => ({ name, description: description ?? null, createdAt }))
  }
}

/** The definition as plain data: schemas as JSON Schema, no handlers. */
function describe({ context, customEvents, steps, ...definition }: TaskDefinition): Record<string, unknown> {
  return {
    ...definition,
    ...(context ? { context: context.jsonSchema } : {}),
    customEvents,
    steps: steps.map(describeStep),
  }
}

function describeStep({ handler: _handler, results, ...step }: StepDefinition): Record<string, unknown> {
  return { ...step, ...(results ? { results: results.jsonSchema } : {}) }
}
