import { amountFor, type BenchRun, settingsFor } from './bench-run.js'
import { type Contender, requireContender } from './contenders.js'
import { EngineHost } from './engine-host.js'
import { HistoryFiller } from './fill-history.js'
import { measureInRounds } from './rounds.js'
import { requireShape } from './shapes.js'
import { dropSchema } from './sql.js'
import { count, decimal, ratio, type Table } from './table.js'

const schema = 'bench_history'

/** Tasker with more and more finished tasks in its tables, each size in turn with empty ones. */
export async function* measureHistory(run: BenchRun): AsyncGenerator<Table> {
  const shape = requireShape('linear4')
  const amount = amountFor(run.options, shape)
  const empty = { contender: requireContender('tasker'), settings: settingsFor(run, shape), amount }
  const contender: Contender = { ...empty.contender, name: 'tasker, grown', schemas: [schema] }
  const grown = { contender, settings: { ...empty.settings, isFresh: false, tuning: { schema } }, amount }
  await dropSchema(run.url, schema)
  const host = await EngineHost.open(contender, grown.settings)
  await host.ask({ ask: 'one', times: 3 })
  await host.close()
  const filler = await HistoryFiller.from(run.url, schema)
  const rows: string[][] = []
  for (const tasks of [...run.options.history].sort((a, b) => a - b)) {
    run.say(`filling the tables with ${count(tasks)} finished tasks`)
    await filler.fillTo(tasks)
    const [without, having] = await measureInRounds([empty, grown], run.options.rounds, run.say)
    if (!without?.figures || !having?.figures) throw new Error(without?.failure ?? having?.failure)
    rows.push([
      count(tasks),
      count(having.figures.stepsPerSecond),
      count(without.figures.stepsPerSecond),
      ratio(having.figures.stepsPerSecond / without.figures.stepsPerSecond),
      decimal(having.figures.p50Ms, 2),
      decimal(without.figures.p50Ms, 2),
      decimal(having.figures.p95Ms, 2),
    ])
  }
  await dropSchema(run.url, schema)
  yield {
    title: 'Growth with history: Tasker, a chain of 4, finished tasks in the tables',
    note: 'Each size is measured in turn with empty tables.',
    columns: ['finished tasks', 'steps/s', 'empty', 'of empty', 'p50 ms', 'empty', 'p95 ms'],
    rows,
  }
}
