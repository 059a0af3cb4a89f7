/**
 * Exporters beside what they are built on, and the memory of a long export beside that of a short one.
 *
 *   node dist/bench/exporters.js            all of it, about half a minute
 *   node dist/bench/exporters.js --quick    fewer records
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { stringify } from 'csv-stringify'
import type { ExporterDefinition, ExportRecord } from '../core/index.js'
import { csvExporter } from '../exporters/csv/index.js'
import { jsonExporter } from '../exporters/json/index.js'
import { ndjsonExporter } from '../exporters/ndjson/index.js'
import { parquetExporter } from '../exporters/parquet/index.js'

const exporters: readonly ExporterDefinition[] = [csvExporter, ndjsonExporter, jsonExporter, parquetExporter]
const ROUNDS = 7
const RECORDS_PER_PAGE = 100

function record(index: number): ExportRecord {
  return {
    id: `0190a5f2-7c3e-7000-8000-${String(index).padStart(12, '0')}`,
    namespace: 'payments',
    taskName: 'process_order',
    version: '2.1.0',
    name: `charge_${index % 7}`,
    state: index % 9 === 0 ? 'error' : 'complete',
    attempts: 1 + (index % 3),
    retryable: index % 2 === 0,
    createdAt: '2026-03-01T12:00:00.000Z',
    startedAt: '2026-03-01T12:00:01.000Z',
    completedAt: '2026-03-01T12:00:02.500Z',
    durationMs: 1500,
    resolvedHow: null,
    reason: 'monthly run, "second" try',
    dependsOn: ['load_order', 'reserve'],
    results: { total: index * 1.1, currency: 'EUR', lines: [{ sku: 'A-1', count: 2 }] },
  }
}
const columns = Object.keys(record(0))

/** Records as Tasker hands them to an exporter. */
function recordsOf(pages: () => Iterable<readonly ExportRecord[]>) {
  return {
    async *pages() {
      yield* pages()
    },
    async *[Symbol.asyncIterator]() {
      for (const page of pages()) yield* page
    },
  }
}

function pagesOf(all: readonly ExportRecord[]): readonly (readonly ExportRecord[])[] {
  return Array.from({ length: Math.ceil(all.length / RECORDS_PER_PAGE) }, (_, page) =>
    all.slice(page * RECORDS_PER_PAGE, (page + 1) * RECORDS_PER_PAGE),
  )
}

function* generatedPages(count: number): Iterable<readonly ExportRecord[]> {
  for (let start = 0; start < count; start += RECORDS_PER_PAGE) {
    yield Array.from({ length: Math.min(RECORDS_PER_PAGE, count - start) }, (_, index) => record(start + index))
  }
}

async function lengthOf(exporter: ExporterDefinition, records: ReturnType<typeof recordsOf>): Promise<number> {
  const context = { source: 'steps', columns, options: {}, signal: new AbortController().signal } as const
  let length = 0
  for await (const chunk of exporter.export(records, context)) length += Buffer.from(chunk as string).length
  return length
}

/** csv-stringify as its guide has it: records written into the stream, text read from it. */
async function csvStringifyStream(all: readonly ExportRecord[]): Promise<number> {
  const stream = stringify({ header: true, columns: [...columns] })
  let length = 0
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length
  })
  for (const one of all) if (!stream.write(one)) await once(stream, 'drain')
  stream.end()
  await once(stream, 'end')
  return length
}

async function stringifyLoop(all: readonly ExportRecord[]): Promise<number> {
  let length = 0
  for (const one of all) length += Buffer.from(`${JSON.stringify(one)}\n`).length
  return length
}

async function bestMs(work: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now()
    await work()
    best = Math.min(best, performance.now() - startedAt)
  }
  return best
}

async function compare(name: string, exporter: ExporterDefinition, bare: typeof stringifyLoop, count: number) {
  const all = Array.from({ length: count }, (_, index) => record(index))
  const pages = pagesOf(all)
  const bareMs = await bestMs(() => bare(all))
  const ownMs = await bestMs(() =>
    lengthOf(
      exporter,
      recordsOf(() => pages),
    ),
  )
  const perSecond = (ms: number) => `${Math.round(count / ms)}k/s`
  print(`${name}: ${perSecond(ownMs)} beside ${perSecond(bareMs)} bare, ratio ${(bareMs / ownMs).toFixed(2)}`)
}

/** Peak resident memory of a process that exports `count` records, in MB. */
function peakMb(name: string, count: number, flags: readonly string[]): number {
  const command = [...flags, fileURLToPath(import.meta.url), '--peak', name, String(count)]
  return Number(execFileSync(process.execPath, command, { encoding: 'utf8' }))
}

async function printPeak(name: string, count: number): Promise<void> {
  const exporter = exporters.find((one) => one.name === name)
  if (exporter === undefined) throw new TypeError(`no exporter ${name}`)
  await lengthOf(
    exporter,
    recordsOf(() => generatedPages(count)),
  )
  print(String(process.resourceUsage().maxRSS / 1024))
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function main(argument: string | undefined, name = '', count = ''): Promise<void> {
  if (argument === '--peak') return printPeak(name, Number(count))
  const records = argument === '--quick' ? 5_000 : 20_000
  await compare('CSV beside the stream of csv-stringify', csvExporter, csvStringifyStream, records)
  await compare('NDJSON beside a loop of JSON.stringify', ndjsonExporter, stringifyLoop, records)
  await compare('JSON beside a loop of JSON.stringify', jsonExporter, stringifyLoop, records)
  for (const [kind, flags] of youngGenerations) {
    for (const { name } of exporters) {
      const [short, long] = [peakMb(name, 2_000, flags), peakMb(name, 200_000, flags)]
      const figures = `${short.toFixed(0)} MB for 2,000 records, ${long.toFixed(0)} MB for 200,000`
      print(`${name}, ${kind}: peak ${figures}, ${(long - short).toFixed(0)} MB more`)
    }
  }
}

/** V8 doubles its young generation to 32 MB, twice over, in whatever program allocates for a while: shown apart. */
const youngGenerations: readonly (readonly [string, readonly string[]])[] = [
  ['default flags', []],
  ['young generation held at 16 MB', ['--max-semi-space-size=16']],
]

await main(...(process.argv.slice(2) as [string?, string?, string?]))
