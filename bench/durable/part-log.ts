import { amountFor, type BenchRun, settingsFor } from './bench-run.js'
import { requireContender } from './contenders.js'
import { recordElsewhere } from './record-elsewhere.js'
import { measureInRounds } from './rounds.js'
import { requireShape, type Shape } from './shapes.js'
import { count, decimal, ratio, type Table } from './table.js'

/**
 * What keeping the log costs. Tasker has no switch for it, so its floor is measured with and without the rows of the log; the
 * difference, and the time that it takes to make JSON of these rows, are set against the time that Tasker takes for a step.
 * Without a log, results would have to be stored elsewhere; the floor does not, so the cost is overstated by that.
 */
export async function* measureLog(run: BenchRun): AsyncGenerator<Table> {
  const shape = requireShape('linear4')
  const settings = settingsFor(run, shape)
  const amount = { ...amountFor(run.options, shape), single: 1 }
  const floor = requireContender('floor')
  const results = await measureInRounds(
    [
      { contender: requireContender('tasker'), settings, amount },
      { contender: floor, settings, amount },
      { contender: { ...floor, name: 'floor without log' }, settings: { ...settings, tuning: { log: 'off' } }, amount },
    ],
    run.options.rounds,
    run.say,
  )
  const [tasker, withLog, withoutLog] = results.map(({ figures }) => figures)
  const failure = results.find((result) => result.failure !== undefined)?.failure
  if (!tasker || !withLog || !withoutLog) throw new Error(`The cost of the log was not measured: ${failure}`)
  const usPerStep = (stepsPerSecond: number) => 1e6 / stepsPerSecond
  const logUs = usPerStep(withLog.stepsPerSecond) - usPerStep(withoutLog.stepsPerSecond)
  const jsonUs = await jsonUsPerStep(run, shape)
  const share = (logUs + jsonUs) / usPerStep(tasker.stepsPerSecond)
  yield {
    title: 'The cost of the log, a chain of 4',
    note:
      `The rows of the log take the floor ${decimal(logUs, 0)} µs a step, and making JSON of them ${decimal(jsonUs, 0)} µs: together ` +
      `${decimal(share * 100, 0)} % of what Tasker takes for a step. Without a log, results would have to be stored elsewhere; that ` +
      'is not taken off.',
    columns: ['what', 'steps/s', 'of Tasker', 'rows/step', 'WAL B/step', 'server CPU ms/1000'],
    rows: results.map(({ contender, figures }) => [
      contender.name,
      count(figures!.stepsPerSecond),
      ratio(figures!.stepsPerSecond / tasker.stepsPerSecond),
      decimal(figures!.rowsPerStep, 2),
      count(figures!.walBytesPerStep),
      decimal(figures!.serverCpuMs, 0),
    ]),
  }
}

const recordedTasks = 100
const jsonMs = 200

/** How long it takes to make JSON of what is in the log. */
async function jsonUsPerStep(run: BenchRun, shape: Shape): Promise<number> {
  const tasks = await recordElsewhere(run.url, 'bench_floor', shape, recordedTasks)
  const entries = tasks.map(({ commits }) => commits.flat().filter(({ table }) => table === 'event_log'))
  const makeJson = () => entries.reduce((length, rows) => length + JSON.stringify(rows.map(({ row }) => row)).length, 0)
  const startedAt = performance.now()
  let times = 0
  while (performance.now() - startedAt < jsonMs) {
    makeJson()
    times++
  }
  return ((performance.now() - startedAt) * 1000) / (times * tasks.length * shape.steps.length)
}
