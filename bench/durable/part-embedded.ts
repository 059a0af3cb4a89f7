import { amountFor, type BenchRun, settingsFor } from './bench-run.js'
import { requireContender, taskerEmbedded } from './contenders.js'
import { type Entry, measureInRounds } from './rounds.js'
import { requireShape } from './shapes.js'
import { count, decimal, ratio, type Table } from './table.js'
import { startTemporaryServer } from './temporary-server.js'

/** Tasker without a server, beside DBOS on a server that does not flush to disk either. */
export async function* measureEmbedded(run: BenchRun): AsyncGenerator<Table> {
  const shape = requireShape('linear4')
  const amount = amountFor(run.options, shape)
  const server = await startTemporaryServer({ fsync: 'off' })
  try {
    const entries: Entry[] = [{ contender: taskerEmbedded, settings: settingsFor(run, shape), amount }]
    if (server !== undefined && run.options.engines.includes('dbos')) {
      const contender = { ...requireContender('dbos'), name: 'dbos, fsync off' }
      entries.push({ contender, settings: settingsFor({ ...run, url: server.url }, shape), amount })
    }
    const results = await measureInRounds(entries, run.options.rounds, run.say)
    const own = results[0]!.figures
    yield {
      title: 'Without a server, a chain of 4',
      note:
        'Both survive kill -9 of the process that runs the tasks. Neither survives a power cut.' +
        (server === undefined ? ' PostgreSQL is not installed here, so DBOS is missing.' : ''),
      columns: ['engine', 'steps/s', 'of Tasker', 'p50 ms', 'p95 ms', 'peak MB'],
      rows: results.map(({ contender, figures, failure }) =>
        figures === undefined
          ? [`${contender.name}: ${failure}`, '-', '-', '-', '-', '-']
          : [
              contender.name,
              count(figures.stepsPerSecond),
              own === undefined ? '-' : ratio(figures.stepsPerSecond / own.stepsPerSecond),
              decimal(figures.p50Ms, 2),
              decimal(figures.p95Ms, 2),
              count(figures.peakRssMb),
            ],
      ),
    }
  } finally {
    await server?.stop()
  }
}
