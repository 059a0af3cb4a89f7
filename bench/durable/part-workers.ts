import { availableParallelism } from 'node:os'
import { amountFor, type BenchRun, settingsFor } from './bench-run.js'
import { requireContender } from './contenders.js'
import { EngineHost } from './engine-host.js'
import { type ManyResult, runMany } from './run-many.js'
import { requireShape } from './shapes.js'
import { quantile } from './statistics.js'
import { count, decimal, ratio, type Table } from './table.js'

const workerCounts = [1, 2, 4]

/** One database, more and more processes of Tasker; the first of them creates all tasks. */
export async function* measureWorkers(run: BenchRun): AsyncGenerator<Table> {
  const shape = requireShape('linear4')
  const { tasks } = amountFor(run.options, shape)
  const results = new Map<number, ManyResult[]>(workerCounts.map((workers) => [workers, []]))
  for (let round = 1; round <= run.options.rounds; round++) {
    for (const workers of workerCounts) {
      run.say(`${workers} workers, round ${round} of ${run.options.rounds}`)
      results.get(workers)!.push(await runWorkers(run, workers, tasks))
    }
  }
  const speed = (workers: number) => quantile(results.get(workers)!.map((result) => result.stepsPerSecond))
  yield {
    title: `Growth with workers: Tasker, a chain of 4, ${count(tasks)} tasks`,
    note: `One process creates all tasks and runs some; ${availableParallelism()} processors serve workers and PostgreSQL.`,
    columns: ['workers', 'steps/s', 'of one', 'client CPU s'],
    rows: workerCounts.map((workers) => [
      String(workers),
      count(speed(workers)),
      ratio(speed(workers) / speed(1)),
      decimal(quantile(results.get(workers)!.map((result) => result.cpuMs)) / 1000),
    ]),
  }
}

async function runWorkers(run: BenchRun, workers: number, tasks: number): Promise<ManyResult> {
  const shape = requireShape('linear4')
  const settings = settingsFor(run, shape)
  const tasker = requireContender('tasker')
  const hosts: EngineHost[] = []
  try {
    for (let worker = 0; worker < workers; worker++) {
      hosts.push(await EngineHost.open(tasker, { ...settings, isFresh: worker === 0 }))
    }
    await runMany(hosts, run.url, Math.ceil(tasks / 10), shape.steps.length)
    return await runMany(hosts, run.url, tasks, shape.steps.length)
  } finally {
    for (const host of hosts) await host.close()
  }
}
