import { defineExporter, recordPages } from '../../core/index.js'
import { ParquetFile } from './parquet-file.js'
import { parquetOptions } from './parquet-options.js'
import { loadParquetPackage } from './parquet-package.js'
import { RowGroup } from './row-group.js'

/**
 * Writes Parquet, compressed with Snappy, one row group at a time. Needs the package `hyparquet-writer`, which is installed by those
 * who want the format.
 *
 * - Times are timestamps in UTC with milliseconds, whole numbers of the source INT64, other numbers DOUBLE, nested values JSON text.
 * - Columns of the source have fixed types, so that all files of a source fit together. Those of paths and flattened members have the type
 *   of the values in the first row group, or what `types` says; a later value that does not fit ends the export and names its column.
 */
export const parquetExporter = defineExporter({
  name: 'parquet',
  formats: ['parquet'],
  contentType: 'application/vnd.apache.parquet',
  fileExtension: 'parquet',
  description: 'Apache Parquet, for analysis. Needs the package hyparquet-writer.',
  version: '1.0.0',
  options: parquetOptions,
  async *export(records, { columns, columnKinds = {}, options, signal }) {
    const { rowGroupRows, rowGroupBytes, types } = options
    const file = new ParquetFile(await loadParquetPackage(), columns, { ...columnKinds, ...types })
    const group = new RowGroup(columns)
    for await (const page of recordPages(records)) {
      signal.throwIfAborted()
      for (const record of page) group.add(record)
      if (group.rows < rowGroupRows && group.bytes < rowGroupBytes) continue
      yield file.write(group)
      group.clear()
    }
    if (group.rows > 0) yield file.write(group)
    yield file.end()
  },
})
