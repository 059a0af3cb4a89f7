import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import type { ExportRequest } from '../../../core/contracts/exporter.js'
import { partPath } from '../../../core/exports/part-names.js'
import { defineExporter } from '../../../core/index.js'
import { taskRecord } from '../../support/task-records.js'
import { workbench } from './export-workbench.js'

const tasks = Array.from({ length: 600 }, (_, index) => taskRecord({ context: { orderId: index } }))
const request: ExportRequest = { source: 'tasks', format: 'csv', columns: ['context.orderId'] }
const orders = (text: string) => parse(text, { columns: true }).map((row) => Number(Object.values(row as object)[0]))

describe('An export that is compressed or split', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-split-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is compressed as its ending says, as is asked, and into a stream', async () => {
    const { run } = workbench({ tasks })
    const plain = await run({ ...request, output: join(folder, 'a.csv') })
    const all = await readFile(join(folder, 'a.csv'), 'utf8')
    const gzip = await run({ ...request, output: join(folder, 'a.csv.gz') })
    const zstd = await run({ ...request, output: join(folder, 'a.csv.zst') })
    await run({ ...request, output: join(folder, 'b.csv'), compression: 'zstd' })
    await run({ ...request, output: join(folder, 'c.csv.gz'), compression: 'none' })
    const stream = new PassThrough()
    const [received] = await Promise.all([buffer(stream), run({ ...request, output: stream, compression: 'gzip' })])
    const read = (name: string) => readFile(join(folder, name))
    equal(gunzipSync(await read('a.csv.gz')).toString(), all)
    equal(zstdDecompressSync(await read('a.csv.zst')).toString(), all)
    equal(zstdDecompressSync(await read('b.csv')).toString(), all)
    equal((await read('c.csv.gz')).toString(), all)
    equal(gunzipSync(received).toString(), all)
    deepEqual([gzip.bytes, zstd.bytes], [(await read('a.csv.gz')).length, (await read('a.csv.zst')).length])
    ok(gzip.bytes < plain.bytes && gzip.records === 600)
    await rejects(run({ ...request, compression: 'zip' as 'gzip' }), { code: 'INVALID_EXPORT_REQUEST' })
  })

  it('has each record in one of its files, each of them complete, and lists them', async () => {
    const output = join(folder, 'orders.csv')
    const { files, records, bytes } = await workbench({ tasks }).run({ ...request, output, splitBytes: 1024 })
    ok(files.length > 1)
    deepEqual(
      files.map(({ path }) => path),
      files.map((_, index) => join(folder, `orders-00000${index + 1}.csv`)),
    )
    const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')))
    deepEqual(
      texts.flatMap(orders),
      tasks.map((_, index) => index),
    )
    deepEqual(
      files.map((file) => [file.records, file.bytes]),
      texts.map((text) => [orders(text).length, Buffer.byteLength(text)]),
    )
    equal(records, 600)
    equal(
      files.reduce((sum, file) => sum + file.bytes, 0),
      bytes,
    )
    equal((await readdir(folder)).length, files.length)
  })

  it('takes the place of the files of an earlier one, and of no others', async () => {
    const output = join(folder, 'orders.csv')
    const others = ['orders-202603.csv', 'orders-20260301.csv', 'orders-4.csv', 'orders-000002.json']
    const earlier = ['orders-000001.csv', 'orders-000002.csv', 'orders-000003.csv']
    for (const name of [...earlier, ...others]) await writeFile(join(folder, name), 'before')
    const { files } = await workbench({ tasks: tasks.slice(0, 10) }).run({ ...request, output, splitBytes: 1024 })
    equal(files.length, 1)
    deepEqual((await readdir(folder)).sort(), ['orders-000001.csv', ...others].sort())
    ok((await readFile(join(folder, 'orders-000001.csv'), 'utf8')).startsWith('context.orderId'))
  })

  it('leaves nothing, and what was there before as it was, when it fails on the way', async () => {
    const output = join(folder, 'orders.csv')
    await writeFile(join(folder, 'orders-000001.csv'), 'before')
    const onRead = (pages: number) => {
      if (pages === 5) throw new RangeError('the disk is gone')
    }
    const { run } = workbench({ tasks, onRead })
    await rejects(run({ ...request, output, splitBytes: 1024 }), { message: 'the disk is gone' })
    deepEqual(await readdir(folder), ['orders-000001.csv'])
    equal(await readFile(join(folder, 'orders-000001.csv'), 'utf8'), 'before')
  })

  it('works with any exporter', async () => {
    const tsv = defineExporter({
      name: 'tsv',
      formats: ['tsv'],
      contentType: 'text/tab-separated-values',
      fileExtension: 'tsv',
      async *export(records, { columns }) {
        yield `${columns.join('\t')}\n`
        for await (const record of records) yield `${columns.map((column) => record[column]).join('\t')}\n`
      },
    })
    const output = join(folder, 'a.tsv.gz')
    const { run } = workbench({ tasks, exporters: [tsv] })
    const flatten = { columns: ['context'] }
    const asked = { source: 'tasks', format: 'tsv', columns: ['name', 'context'], output, flatten } as const
    // Compressed bytes come late: all of them in one file.
    const { files } = await run({ ...asked, splitBytes: 100_000 })
    const lines = gunzipSync(await readFile(files[0]!.path))
      .toString()
      .trimEnd()
      .split('\n')
    deepEqual([lines.length, lines[0], lines[1]?.split('\t')[1]], [601, 'name\tcontext.orderId', '0'])
  })

  it('cannot be split into a stream, nor by less than 1 kB', async () => {
    const { run } = workbench({ tasks })
    for (const more of [{ output: new PassThrough(), splitBytes: 5000 }, { splitBytes: 1023 }, { splitBytes: 0.5 }])
      await rejects(run({ ...request, ...more }), { code: 'INVALID_EXPORT_REQUEST' })
  })

  it('tells how far it is', async () => {
    const seen: unknown[] = []
    const { run } = workbench({ tasks })
    const { columns: _, ...whole } = request
    await run({ ...whole, output: join(folder, 'a.csv'), splitBytes: 1024, onProgress: (_, how) => seen.push(how) })
    const shares = seen.map((how) => (how as { share: number }).share)
    equal(shares.at(-1), 1)
    ok(shares.length > 2 && shares[0]! < 1)
    deepEqual(shares, [...shares].sort())
  })
})

describe('The name of a numbered file', () => {
  it('has the number before its endings', () => {
    equal(partPath('out/events.csv.gz', 7), join('out', 'events-000007.csv.gz'))
    equal(partPath('a.b/events', 1234567), join('a.b', 'events-1234567'))
    equal(partPath('.hidden', 1), '.hidden-000001')
  })
})
