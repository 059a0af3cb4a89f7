import { TaskerError } from '../../core/index.js'

/** Thrown when a value does not fit the type of its column of Parquet. */
export class ParquetValueError extends TaskerError {
  constructor(column: string, type: string, value: unknown) {
    super('PARQUET_VALUE', {
      what: `The column "${column}" holds ${type} since the first row group, and a later record has something else in it`,
      received: `a value of type ${typeof value}`,
      wayOut: `Say what it holds: types: { '${column}': 'json' }, on the command line --option types='{"${column}":"json"}'`,
      details: { column, type },
    })
  }
}
