/**
 * Durable engines side by side: how many steps a second, how soon a task is done, and what is written for it.
 *
 *   npm run bench:durable -- --url postgres://user:password@host/database
 *   npm run bench:durable -- --help
 */
import type { BenchRun } from './bench-run.js'
import { describeEnvironment, isRedisThere } from './environment.js'
import { installPeers } from './install-peers.js'
import { type BenchOptions, type PartName, parseOptions, usage } from './options.js'
import { measureEmbedded } from './part-embedded.js'
import { measureHistory } from './part-history.js'
import { measureLog } from './part-log.js'
import { measureQueue } from './part-queue.js'
import { measureShapes } from './part-shapes.js'
import { measureWorkers } from './part-workers.js'
import { type Table, tableAsMarkdown, tableAsText } from './table.js'
import { startTemporaryServer } from './temporary-server.js'

const parts: Readonly<Record<PartName, (run: BenchRun) => AsyncIterable<Table>>> = {
  shapes: measureShapes,
  embedded: measureEmbedded,
  queue: measureQueue,
  workers: measureWorkers,
  history: measureHistory,
  log: measureLog,
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options === 'help') return print(usage.trim())
  installPeers()
  const server = options.url === undefined ? await startTemporaryServer({}) : undefined
  const url = options.url ?? server?.url
  if (url === undefined) throw new Error('There is no PostgreSQL here to start: give the URL of one with --url')
  try {
    await measureAll(options, url)
  } finally {
    await server?.stop()
  }
}

async function measureAll(options: BenchOptions, url: string): Promise<void> {
  const redis = (await isRedisThere(options.redis)) ? options.redis : undefined
  const run: BenchRun = { options, url, redis, say }
  const environment = await describeEnvironment(url, redis)
  print(environment.map((line) => (options.isMarkdown ? `- ${line}` : line)).join('\n'))
  const asText = options.isMarkdown ? tableAsMarkdown : tableAsText
  for (const part of options.parts) {
    try {
      for await (const table of parts[part](run)) {
        say('')
        print(asText(table))
      }
    } catch (error) {
      // The others may still be measured.
      say('')
      print(`\n${part}: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** On a terminal in one line that changes, so that the report is all that stays. */
function say(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`)
  else if (what !== '') process.stderr.write(`${what}\n`)
}

await main()
