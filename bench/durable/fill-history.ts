import type { Client } from 'pg'
import { uuid } from './record-rows.js'
import { withClient } from './sql.js'
import { readTableShapes, type TableShape } from './table-shapes.js'

/** Stands where the time is in a UUID of version 7, so that one replacement makes all ids of a task new ones. */
const timePlaceholder = '!!!!!!!!-!!!!'
const timeLength = timePlaceholder.length
const tasksPerStatement = 10_000
const connections = 2

/** The rows of one table that a finished task leaves, as texts of JSON with placeholders. */
interface TableTemplate {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly string[]
}

/** Multiplies one finished task, with its steps and log, in the tables of a schema: by sets, in the server. */
export class HistoryFiller {
  readonly #url: string
  readonly #schema: string
  readonly #templates: readonly TableTemplate[]
  #filled = 0

  private constructor(url: string, schema: string, templates: readonly TableTemplate[]) {
    this.#url = url
    this.#schema = schema
    this.#templates = templates
  }

  /** Takes a finished task that is in the tables as the model. */
  static async from(url: string, schema: string): Promise<HistoryFiller> {
    return withClient(url, async (client) => {
      const templates: TableTemplate[] = []
      const sql = `select id from "${schema}".tasks where state = 'complete' order by id desc limit 2`
      const [model, another] = (await client.query<{ id: string }>(sql)).rows
      for (const [table, shape] of await readTableShapes(client, schema)) {
        const template = await templateOf(client, schema, table, shape, model!.id, another!.id)
        if (template.rows.length > 0) templates.push(template)
      }
      return new HistoryFiller(url, schema, templates)
    })
  }

  /** Adds finished tasks until there are as many. */
  async fillTo(tasks: number): Promise<void> {
    const statement = this.#statement()
    const values = this.#templates.map(({ rows }) => rows)
    let next = this.#filled
    const loop = () =>
      withClient(this.#url, async (client) => {
        while (next < tasks) {
          const first = next
          next = Math.min(tasks, next + tasksPerStatement)
          await client.query(statement, [first, next - 1, ...values])
        }
      })
    await Promise.all(Array.from({ length: connections }, loop))
    this.#filled = Math.max(tasks, this.#filled)
    await withClient(this.#url, async (client) => {
      for (const { table } of this.#templates) await client.query(`analyze "${this.#schema}".${table}`)
      // What the server still has to write would be paid by whoever is measured next. Not everybody may ask for it.
      await client.query('checkpoint').catch(() => {})
    })
  }

  #statement(): string {
    const parts = this.#templates.map(({ table, columns }, index) => {
      const name = `"${this.#schema}".${table}`
      const names = columns.map((column) => `"${column}"`).join(', ')
      return `part_${index} as (
        insert into ${name} (${names})
        select ${names} from times, unnest($${index + 3}::text[]) as template,
          jsonb_populate_record(null::${name}, replace(template, '${timePlaceholder}', time)::jsonb))`
    })
    // A millisecond for each task, all of them before today: ids of version 7 begin with the time.
    return `with times as (
      select overlay(lpad(to_hex((extract(epoch from date_trunc('day', now())) * 1000)::bigint - 100000000 + n), 12, '0')
        placing '-' from 9 for 0) as time
      from generate_series($1::bigint, $2::bigint) as n
    ), ${parts.join(',\n')} select`
  }
}

async function templateOf(
  client: Client,
  schema: string,
  table: string,
  { types, generated }: TableShape,
  model: string,
  another: string,
): Promise<TableTemplate> {
  const rowsOf = async (taskId: string) => {
    const sql = `select to_jsonb(t)::text as row from "${schema}".${table} t where position($1 in to_jsonb(t)::text) > 0`
    return (await client.query<{ row: string }>(sql, [taskId])).rows.map(({ row }) => row)
  }
  const shared = new Set((await rowsOf(another)).join().match(uuid))
  const rows = (await rowsOf(model)).map((row) =>
    row.replaceAll(uuid, (id) => (shared.has(id) ? id : timePlaceholder + id.slice(timeLength))),
  )
  return { table, columns: [...types.keys()].filter((column) => !generated.has(column)), rows }
}
