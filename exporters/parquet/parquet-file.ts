import { columnTypes, typeOfValues } from './column-type.js'
import type { ParquetType } from './parquet-options.js'
import type { ParquetPackage } from './parquet-package.js'
import { ParquetValueError } from './parquet-value-error.js'
import type { RowGroup } from './row-group.js'

/** One file: gives the bytes of each row group, and those of the end. */
export class ParquetFile {
  readonly #package: ParquetPackage
  readonly #columns: readonly string[]
  readonly #types: Map<string, ParquetType>
  readonly #bytes: InstanceType<ParquetPackage['ByteWriter']>
  #writer: InstanceType<ParquetPackage['ParquetWriter']> | undefined

  /** @param types of columns that have one; those of others are found in the first row group */
  constructor(parquet: ParquetPackage, columns: readonly string[], types: Readonly<Record<string, ParquetType>>) {
    this.#package = parquet
    this.#columns = columns
    this.#types = new Map(Object.entries(types))
    this.#bytes = new parquet.ByteWriter()
  }

  /** @throws ParquetValueError where a value does not fit the type of its column */
  write(group: RowGroup): Uint8Array {
    for (const column of this.#columns)
      if (!this.#types.has(column)) this.#types.set(column, typeOfValues(group.valuesOf(column)))
    const columnData = this.#columns.map((name) => {
      const { basicType: type } = this.#typeOf(name)
      // Indexes are kept in memory until the end of the file, and nobody needs them to read it from its beginning.
      return { name, type, data: this.#converted(name, group.valuesOf(name)), offsetIndex: false }
    })
    const writing = this.#open().write({ columnData, rowGroupSize: group.rows })
    if (writing !== undefined) throw new TypeError('the writer of bytes is synchronous')
    return this.#take()
  }

  end(): Uint8Array {
    this.#open().finish()
    return this.#take()
  }

  #open() {
    this.#writer ??= new this.#package.ParquetWriter({
      writer: this.#bytes,
      schema: this.#package.schemaFromColumnData({
        columnData: this.#columns.map((name) => ({ name, type: this.#typeOf(name).basicType, data: [] })),
      }),
      createdBy: 'tasker',
    })
    return this.#writer
  }

  #typeOf(column: string) {
    return columnTypes[this.#types.get(column) ?? 'json']
  }

  #converted(column: string, values: readonly unknown[]): unknown[] {
    const type = this.#typeOf(column)
    return values.map((value) => {
      if (value === null || value === undefined) return null
      const converted = type.convert(value)
      if (converted === undefined) throw new ParquetValueError(column, this.#types.get(column) ?? 'json', value)
      return converted
    })
  }

  /** What was written since the last time; the offsets of the file go on. */
  #take(): Uint8Array {
    const taken = this.#bytes.getBytes().slice()
    this.#bytes.index = 0
    return taken
  }
}
