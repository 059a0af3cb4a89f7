import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import type { ExportRequest } from '../../../core/contracts/exporter.js'
import { parquetExporter } from '../../../exporters/parquet/index.js'
import { taskRecord } from '../../support/task-records.js'
import { workbench } from '../exports/export-workbench.js'

describe('The Parquet exporter', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-parquet-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const bench = (contexts: readonly unknown[]) =>
    workbench({
      tasks: contexts.map((context, index) => taskRecord({ context: context as never, priority: index })),
      exporters: [parquetExporter],
    })

  async function exported(contexts: readonly unknown[], more: Partial<ExportRequest> = {}) {
    const output = join(folder, 'tasks.parquet')
    await bench(contexts).run({ source: 'tasks', format: 'parquet', output, ...more })
    const bytes = await readFile(output)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    return { file, metadata: parquetMetadata(file), rows: await parquetReadObjects({ file }) }
  }

  it('writes what another reader reads: timestamps, whole numbers, text, nulls, and nested values as JSON text', async () => {
    const [row] = (await exported([{ orderId: 7, lines: [{ sku: 'ä"1' }] }])).rows
    const { context, createdAt, completedAt, priority, namespace, tags } = row!
    const task = taskRecord()
    ok(createdAt instanceof Date && createdAt.getUTCFullYear() === 2026)
    deepEqual(
      { context, completedAt, priority, namespace, tags },
      {
        context: '{"orderId":7,"lines":[{"sku":"ä\\"1"}]}',
        completedAt: task.completedAt === null ? null : new Date(task.completedAt),
        priority: 0n,
        namespace: task.namespace,
        tags: JSON.stringify(task.tags),
      },
    )
  })

  it('writes one row group after the other, and all records', async () => {
    const contexts = Array.from({ length: 1_050 }, (_, index) => ({ index }))
    const { metadata, rows } = await exported(contexts, { options: { rowGroupRows: 300 } })
    deepEqual(
      metadata.row_groups.map(({ num_rows }) => Number(num_rows)),
      [300, 300, 300, 150],
    )
    deepEqual(
      rows.map(({ priority }) => Number(priority)),
      contexts.map(({ index }) => index),
    )
    const small = await exported(contexts, { options: { rowGroupBytes: 20_000 } })
    ok(small.metadata.row_groups.length > 4)
  })

  it('has the same columns and types in an empty file', async () => {
    const [empty, full] = [await exported([]), await exported([{}])]
    deepEqual(empty.rows, [])
    deepEqual(empty.metadata.schema, full.metadata.schema)
  })

  it('finds the types of paths and flattened members in the first row group', async () => {
    const contexts = [
      { total: 1, paid: true, name: 'a', mixed: 1 },
      { total: 1.5, paid: false, name: null, mixed: 'x' },
    ]
    const { rows } = await exported(contexts, { columns: ['context'], flatten: true })
    deepEqual(rows, [
      { 'context.total': 1, 'context.paid': true, 'context.name': 'a', 'context.mixed': '1' },
      { 'context.total': 1.5, 'context.paid': false, 'context.name': null, 'context.mixed': '"x"' },
    ])
  })

  it('names the column whose type a later value does not fit, and takes what it is told', async () => {
    const contexts = [...Array.from({ length: 100 }, () => ({ total: 1 })), { total: 'free' }]
    const asked = { columns: ['context.total'], options: { rowGroupRows: 50 } }
    const failing = bench(contexts).run({ source: 'tasks', format: 'parquet', ...asked })
    await rejects(failing, (error: Error & { code: string; cause: Error & { code: string } }) => {
      deepEqual([error.code, error.cause.code], ['EXPORTER_FAILED', 'PARQUET_VALUE'])
      match(error.cause.message, /"context.total" holds number.*types: \{ 'context.total': 'json' \}/)
      return true
    })
    const types = { 'context.total': 'text' }
    const { rows } = await exported(contexts, { ...asked, options: { ...asked.options, types } })
    deepEqual([rows[0], rows[100]], [{ 'context.total': '1' }, { 'context.total': 'free' }])
  })

  it('can be split into files of the same types', async () => {
    const contexts = Array.from({ length: 1_000 }, (_, index) => ({ index }))
    const output = join(folder, 't.parquet')
    const options = { rowGroupRows: 100 }
    const { files } = await bench(contexts).run({
      source: 'tasks',
      format: 'parquet',
      output,
      options,
      splitBytes: 4096,
    })
    ok(files.length > 1)
    let rows = 0
    for (const { path } of files) {
      const bytes = await readFile(path)
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
      rows += (await parquetReadObjects({ file })).length
    }
    equal(rows, 1_000)
  })
})
