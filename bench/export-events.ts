/**
 * Exports of a long event log, and the memory that they take beside those of a short one: each in a process of its own.
 *
 *   BENCH_DATABASE_URL=postgres://… node dist/bench/export-events.js                a million events beside 100,000
 *   BENCH_DATABASE_URL=postgres://… node dist/bench/export-events.js 300000 events.csv   so many, and only this
 *
 * Under V8's defaults, or with what BENCH_NODE_FLAGS says: a heap that may not grow, `--max-semi-space-size=16 --max-old-space-size=80`,
 * ends an export that keeps 100 bytes of each record.
 *
 * It makes the schema `bench_exports` anew, and drops it at the end.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { createTasker, type ExportRequest } from '../core/index.js'

const schema = 'bench_exports'
const short = 100_000
const url = process.env.BENCH_DATABASE_URL ?? ''

const nodeFlags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '')

/** What is measured: all of the log into one file. */
const exports: readonly (readonly [string, Partial<ExportRequest>])[] = [
  ['events.csv', { format: 'csv' }],
  ['events.ndjson', { format: 'ndjson' }],
  ['events.parquet', { format: 'parquet' }],
  ['split.csv.zst', { format: 'csv', splitBytes: 10_000_000, flatten: true }],
]

interface Measured {
  readonly records: number
  readonly bytes: number
  readonly durationMs: number
  readonly peakMb: number
}

async function withTasker<T>(work: (tasker: Awaited<ReturnType<typeof createTasker>>) => Promise<T>): Promise<T> {
  const tasker = await createTasker({
    database: { url, schema },
    logging: { level: 'silent' },
    discovery: { packages: false, disable: ['logging'] },
  })
  try {
    return await work(tasker)
  } finally {
    await tasker.stop()
  }
}

async function query(sql: string, values: readonly unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql, [...values])
  await client.end()
}

/** Events as a task of four steps writes them: about 400 bytes each, four to an entry. */
const fillSql = `insert into ${schema}.event_log (events)
  select json_agg(json_build_object('id', md5(n::text)::uuid, 'name', 'order.charged', 'schemaVersion', 1,
    'occurredAt', '2026-03-01T12:00:00.000Z', 'correlationId', md5((n / 4)::text)::uuid,
    'payload', json_build_object('orderId', n, 'customer', json_build_object('name', 'customer ' || n % 1000, 'city', 'Berlin'),
      'total', n * 1.1, 'lines', json_build_array(json_build_object('sku', 'A-' || n % 97, 'count', n % 5)))) order by n)
  from generate_series(1, $1::int) n group by n / 4 order by n / 4`

async function fill(count: number): Promise<void> {
  await query(`drop schema if exists ${schema}, ${schema}_queue cascade`)
  await withTasker(async () => undefined)
  await query(fillSql, [count])
}

/** In a process of its own, whose peak is that of the export. */
async function measure(name: string, folder: string): Promise<void> {
  const [, request] = exports.find(([each]) => each === name)!
  const output = join(folder, name)
  const { records, bytes, durationMs } = await withTasker((tasker) =>
    tasker.exports.run({ source: 'events', format: 'csv', ...request, output }),
  )
  print(JSON.stringify({ records, bytes, durationMs, peakMb: process.resourceUsage().maxRSS / 1024 }))
}

function measured(name: string, folder: string): Measured {
  const command = [...nodeFlags, fileURLToPath(import.meta.url), '--measure', name, folder]
  return JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' })) as Measured
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function compare(long: number, asked: readonly string[]): Promise<void> {
  const chosen = exports.map(([name]) => name).filter((name) => asked.length === 0 || asked.includes(name))
  const folder = mkdtempSync(join(tmpdir(), 'tasker-bench-exports-'))
  try {
    await fill(short)
    const before = new Map(chosen.map((name) => [name, measured(name, folder).peakMb]))
    await fill(long)
    for (const name of chosen) {
      const { records, bytes, durationMs, peakMb } = measured(name, folder)
      const rate = Math.round((records / durationMs) * 1000).toLocaleString('en')
      const size = `${(bytes / 1e6).toFixed(0)} MB in ${(durationMs / 1000).toFixed(1)} s, ${rate} a second`
      const peak = `peak ${peakMb.toFixed(0)} MB beside ${before.get(name)!.toFixed(0)} MB`
      print(`${name}: ${records.toLocaleString('en')} events, ${size}; ${peak} of ${short.toLocaleString('en')}`)
    }
  } finally {
    rmSync(folder, { recursive: true })
    await query(`drop schema if exists ${schema}, ${schema}_queue cascade`)
  }
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--measure') await measure(rest[0]!, rest[1]!)
else await compare(Number(first ?? 1_000_000), rest)
