import type { Client } from 'pg'
import type { Replay, ReplayPart } from './replay.js'
import type { TableShape } from './table-shapes.js'

/**
 * Writes replays into the tables of a schema: one statement, one round trip, one transaction for each commit of a group. Rows
 * travel as an array for each column, which takes the server a fifth less time than JSON of the same rows.
 */
export class ReplayWriter {
  readonly #schema: string
  readonly #tables: ReadonlyMap<string, TableShape>

  constructor(schema: string, tables: ReadonlyMap<string, TableShape>) {
    this.#schema = schema
    this.#tables = tables
  }

  /** Runs a group of tasks from creation to end, all of them in step. */
  async write(client: Client, replay: Replay, tasks: number): Promise<void> {
    const ids = Array.from({ length: tasks }, replay.newIds)
    for (const parts of replay.commits) {
      const columns = parts.flatMap((part) => part.columns)
      await client.query(
        this.#statement(parts),
        columns.map(({ elements }) => `{${ids.map(elements).join(',')}}`),
      )
    }
  }

  #statement(parts: readonly ReplayPart[]): string {
    let parameters = 0
    const ctes = parts.map((part, index) => {
      const sql = this.#part(part, parameters)
      parameters += part.columns.length
      return `part_${index} as (${sql})`
    })
    return `with ${ctes.join(',\n')} select`
  }

  #part({ table, op, columns }: ReplayPart, parameters: number): string {
    const { types, key } = this.#tables.get(table)!
    const name = `"${this.#schema}".${table}`
    const typeOf = (column: string) => types.get(column)!
    // What is unnested loses all its dimensions, so arrays travel as text.
    const isArray = (column: string) => typeOf(column).endsWith('[]')
    const arrays = columns.map(
      ({ name }, index) => `$${parameters + index + 1}::${isArray(name) ? 'text' : typeOf(name)}[]`,
    )
    const names = columns.map((column) => column.name)
    const source = `unnest(${arrays.join(', ')}) as x(${names.map(quoted).join(', ')})`
    const value = (column: string) => `x.${quoted(column)}${isArray(column) ? `::${typeOf(column)}` : ''}`
    if (op === 'INSERT')
      return `insert into ${name} (${names.map(quoted).join(', ')}) select ${names.map(value).join(', ')} from ${source}`
    const join = key.map((column) => `t.${quoted(column)} = ${value(column)}`).join(' and ')
    if (op === 'DELETE') return `delete from ${name} t using ${source} where ${join}`
    const changed = names
      .filter((column) => !key.includes(column))
      .map((column) => `${quoted(column)} = ${value(column)}`)
    return `update ${name} t set ${changed.join(', ')} from ${source} where ${join}`
  }
}

function quoted(column: string): string {
  return `"${column}"`
}
