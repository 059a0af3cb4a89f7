import type { ExportRecord } from '../../core/index.js'

/** About what a value that is no text weighs, in bytes. */
const plainBytes = 8

/** The records of one row group, by columns. */
export class RowGroup {
  readonly columns: readonly string[]
  readonly #values: Map<string, unknown[]>
  #rows = 0
  #bytes = 0

  constructor(columns: readonly string[]) {
    this.columns = columns
    this.#values = new Map(columns.map((column) => [column, []]))
  }

  get rows(): number {
    return this.#rows
  }

  /** About how many bytes of values it holds. */
  get bytes(): number {
    return this.#bytes
  }

  add(record: ExportRecord): void {
    for (const column of this.columns) {
      const value = record[column] ?? null
      this.#bytes += weightOf(value)
      this.#values.get(column)?.push(value)
    }
    this.#rows++
  }

  valuesOf(column: string): readonly unknown[] {
    return this.#values.get(column) ?? []
  }

  clear(): void {
    for (const values of this.#values.values()) values.length = 0
    this.#rows = 0
    this.#bytes = 0
  }
}

/** Of nested values that of their members: exact enough, and cheaper than their JSON. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return plainBytes
  let weight = plainBytes
  for (const member of Object.values(value)) weight += plainBytes + weightOf(member)
  return weight
}
