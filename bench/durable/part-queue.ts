import { type BenchRun, settingsFor } from './bench-run.js'
import { requireContender } from './contenders.js'
import { EngineHost } from './engine-host.js'
import { requireShape } from './shapes.js'
import { quantile } from './statistics.js'
import { decimal, type Table } from './table.js'

/** One linear task of Tasker that a process creates and awaits while another one runs it: through the queue, a hop more. */
export async function* measureQueue(run: BenchRun): AsyncGenerator<Table> {
  const tasker = requireContender('tasker')
  const settings = settingsFor(run, requireShape('linear4'))
  const latencies: number[] = []
  for (let round = 1; round <= run.options.rounds; round++) {
    run.say(`through the queue, round ${round} of ${run.options.rounds}`)
    const worker = await EngineHost.open(tasker, settings)
    const creator = await EngineHost.open(tasker, { ...settings, isFresh: false, runs: false })
    try {
      await creator.ask({ ask: 'one', times: Math.ceil(run.options.single / 10) })
      const { latenciesMs } = await creator.ask({ ask: 'one', times: run.options.single })
      latencies.push(...latenciesMs)
    } finally {
      await creator.close()
      await worker.close()
    }
  }
  yield {
    title: 'Through the queue: created and awaited in one process, run by another, a chain of 4',
    columns: ['engine', 'p50 ms', 'p95 ms'],
    rows: [['tasker', decimal(quantile(latencies), 2), decimal(quantile(latencies, 0.95), 2)]],
  }
}
