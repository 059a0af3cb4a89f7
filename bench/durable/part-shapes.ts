import { amountFor, type BenchRun, settingsFor } from './bench-run.js'
import { bareCommits, type Contender, requireContender } from './contenders.js'
import { type Figures, measureInRounds, type Result } from './rounds.js'
import type { Shape } from './shapes.js'
import { count, decimal, ratio, type Table } from './table.js'

const descriptions: Readonly<Record<string, string>> = {
  linear4: 'a chain of 4',
  diamond4: 'a diamond of 4',
  fan50: 'a fan, 1-50-1',
  layers20x10: 'layers, 20 × 10, each step behind two of the layer before',
}

/** How far rows of the floor may be from those of Tasker before the report says so. */
const tolerance = 0.1

/** All engines with each shape. */
export async function* measureShapes(run: BenchRun): AsyncGenerator<Table> {
  for (const shape of run.options.shapes) yield await measureShape(run, shape)
}

async function measureShape(run: BenchRun, shape: Shape): Promise<Table> {
  const { options } = run
  const named = options.engines.map(requireContender)
  const able = named.filter((contender) => whyNot(run, contender, shape) === undefined)
  const engines = shape.name === 'linear4' ? [...able, bareCommits] : able
  const settings = settingsFor(run, shape)
  const amount = amountFor(options, shape)
  const results = await measureInRounds(
    engines.map((contender) => ({ contender, settings, amount })),
    options.rounds,
    run.say,
  )
  const tasker = results.find(({ contender }) => contender.name === 'tasker')?.figures
  const left = named.filter((contender) => whyNot(run, contender, shape) !== undefined)
  return {
    title: `${descriptions[shape.name] ?? shape.name}: ${count(amount.tasks)} tasks at once, ${count(amount.single)} one by one`,
    ...noteOf(results),
    columns: [
      ...['engine', 'steps/s', 'of Tasker', 'p50 ms', 'p95 ms', 'rows/step', 'WAL B/step', 'stored B/step'],
      ...['client CPU ms/1000', 'server CPU ms/1000', 'peak MB'],
    ],
    rows: [
      ...results.map((result) => rowOf(result, tasker)),
      ...left.map((contender) => rowOf({ contender, failure: whyNot(run, contender, shape)! }, tasker)),
    ],
  }
}

function whyNot(run: BenchRun, { cannot, needsRedis }: Contender, shape: Shape): string | undefined {
  if (needsRedis && run.redis === undefined) return 'no Redis answers'
  return cannot?.[shape.name]
}

function rowOf({ contender, figures, failure }: Result, tasker: Figures | undefined): string[] {
  if (figures === undefined) return [`${contender.name}: ${failure}`, ...Array.from({ length: 10 }, () => '-')]
  // Commits one by one say nothing of many tasks at once.
  const isUnit = contender.name === bareCommits.name
  const onServer = contender.schemas.length > 0
  return [
    contender.name,
    isUnit ? '-' : count(figures.stepsPerSecond),
    isUnit || tasker === undefined ? '-' : ratio(figures.stepsPerSecond / tasker.stepsPerSecond),
    decimal(figures.p50Ms, 2),
    decimal(figures.p95Ms, 2),
    decimal(figures.rowsPerStep, 2),
    onServer ? count(figures.walBytesPerStep) : '-',
    count(figures.storedBytesPerStep),
    decimal(figures.cpuMs, 0),
    onServer ? decimal(figures.serverCpuMs, 0) : '-',
    count(figures.peakRssMb),
  ]
}

/** Whether the floor did what it is there for. */
function noteOf(results: readonly Result[]): { readonly note?: string } {
  const rowsOf = (name: string) => results.find(({ contender }) => contender.name === name)?.figures?.rowsPerStep
  const [tasker, floor] = [rowsOf('tasker'), rowsOf('floor')]
  if (tasker === undefined || floor === undefined) return {}
  const difference = floor / tasker - 1
  if (Math.abs(difference) <= tolerance) return {}
  return {
    note: `The floor wrote ${decimal(difference * 100)} % other than the rows of Tasker: do not compare with it.`,
  }
}
