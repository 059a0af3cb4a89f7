import { parseArgs } from 'node:util'
import { contenders, requireContender } from './contenders.js'
import { requireShape, type Shape, shapes } from './shapes.js'

export const partNames = ['shapes', 'embedded', 'queue', 'workers', 'history', 'log'] as const
export type PartName = (typeof partNames)[number]

export interface BenchOptions {
  /** Absent: a server of our own, with stock settings, in a temporary folder. */
  readonly url: string | undefined
  readonly redis: string
  readonly engines: readonly string[]
  readonly shapes: readonly Shape[]
  readonly parts: readonly PartName[]
  /** Tasks of four steps at once; shapes with more steps run fewer tasks, so that all run as many steps. */
  readonly tasks: number
  /** Linear tasks one after the other. */
  readonly single: number
  readonly rounds: number
  /** Finished tasks in the tables, for the growth with history. */
  readonly history: readonly number[]
  readonly isMarkdown: boolean
}

export const usage = `
Measures durable engines side by side, on PostgreSQL.

  --url URL         a database that may be filled: schemas of the engines in it are dropped (default: a server of our own)
  --redis URL       for BullMQ (default redis://127.0.0.1:6379; left out where nothing answers)
  --engines LIST    ${contenders.map(({ name }) => name).join(',')}
  --shapes LIST     ${shapes.map(({ name }) => name).join(',')}
  --parts LIST      ${partNames.join(',')}
  --tasks N         tasks of four steps at once (default 5000); larger shapes run as many steps in fewer tasks
  --single N        tasks one after the other, for the latency (default 300)
  --rounds N        of which the median counts (default 3)
  --history LIST    finished tasks in the tables (default 1000,10000,100000,1000000)
  --quick           one round of 1000 tasks, history up to 10000
  --markdown        write the tables as Markdown
`

/** @throws TypeError for an option that is not known, RangeError for a value that is not */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ url: text, redis: text, engines: text, shapes: text, parts: text, tasks: text, single: text, rounds: text },
      ...{ history: text, quick: flag, markdown: flag, help: flag },
    },
  })
  if (values.help) return 'help'
  const { quick } = values
  const engines = list(values.engines) ?? contenders.map(({ name }) => name)
  for (const name of engines) requireContender(name)
  return {
    url: values.url,
    redis: values.redis ?? 'redis://127.0.0.1:6379',
    engines,
    shapes: list(values.shapes)?.map(requireShape) ?? shapes,
    parts: (list(values.parts) ?? partNames).map(requirePart),
    tasks: positive('tasks', values.tasks ?? (quick ? '1000' : '5000')),
    single: positive('single', values.single ?? (quick ? '100' : '300')),
    rounds: positive('rounds', values.rounds ?? (quick ? '1' : '3')),
    history: (list(values.history) ?? (quick ? ['1000', '10000'] : ['1000', '10000', '100000', '1000000'])).map(
      (size) => positive('history', size),
    ),
    isMarkdown: values.markdown,
  }
}

function list(value: string | undefined): readonly string[] | undefined {
  return value?.split(',').filter((item) => item !== '')
}

function positive(option: string, value: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new RangeError(`--${option} is a whole number above 0, not ${value}`)
}

function requirePart(name: string): PartName {
  const part = partNames.find((one) => one === name)
  if (part !== undefined) return part
  throw new RangeError(`There is no part ${name}; there are ${partNames.join(', ')}`)
}
