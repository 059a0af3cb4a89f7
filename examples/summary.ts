import { relative } from 'node:path'
import type { EventPayload, Tasker, TaskView } from 'tasker'
import type { WrittenFile } from './export-records.js'
import { heading, textTable } from './text-table.js'

const builtInFamilies = ['task', 'step', 'workflow', 'observability', 'export', 'registry']

export interface RunSummary {
  readonly tasks: readonly TaskView[]
  readonly files: readonly WrittenFile[]
}

/** What happened in one run, as text for people. */
export async function summarise(tasker: Tasker, { tasks, files }: RunSummary): Promise<string> {
  return [
    heading('Steps'),
    stepTable(tasks, await readDurations(tasker, tasks)),
    heading('Events on the bus, by family'),
    eventTable(tasker),
    heading('Files'),
    fileTable(files),
  ].join('\n')
}

/** Step id → how long its handler took. The log knows, also of steps that an earlier run completed. */
async function readDurations({ log }: Tasker, tasks: readonly TaskView[]): Promise<ReadonlyMap<string, number>> {
  const durations = new Map<string, number>()
  for (const { id } of tasks) {
    for await (const event of log.tail({ taskId: id, names: ['step.completed'] })) {
      const { durationMs } = event.payload as EventPayload<'step.completed'>
      durations.set(event.stepId ?? '', durationMs)
    }
  }
  return durations
}

function stepTable(tasks: readonly TaskView[], durations: ReadonlyMap<string, number>): string {
  const rows = tasks.flatMap(({ namespace, name, version, steps }) => {
    return steps.map((step, at) => {
      const durationMs = durations.get(step.id)
      return [
        at === 0 ? `${namespace}.${name}@${version}` : '',
        step.name,
        step.resolvedHow ?? step.state,
        String(step.attempts),
        durationMs === undefined ? '' : `${Math.round(durationMs)} ms`,
        step.error === null ? '' : step.error.message,
      ]
    })
  })
  const columns = [
    { title: 'task' },
    { title: 'step' },
    { title: 'state' },
    { title: 'attempts', align: 'right' },
    { title: 'duration', align: 'right' },
    { title: '' },
  ] as const
  return textTable(columns, rows)
}

/** The engine counts every event as a metric; `registry` are those of the boot, `order` is a family of our own. */
function eventTable({ metrics }: Tasker): string {
  const families = new Map<string, number[]>()
  for (const metric of metrics.snapshot().metrics) {
    if (metric.name !== 'tasker_events_total' || metric.type !== 'counter') continue
    const family = metric.labels.event?.split('.')[0] ?? ''
    families.set(family, [...(families.get(family) ?? []), metric.value])
  }
  const rows = [...families].sort(byFamily).map(([family, counts]) => {
    return [family, String(counts.reduce((sum, count) => sum + count, 0)), String(counts.length)]
  })
  const columns = [
    { title: 'family' },
    { title: 'events', align: 'right' },
    { title: 'different', align: 'right' },
  ] as const
  return textTable(columns, rows)
}

/** Built-in families in the order of the catalogue, those of the project after them. */
function byFamily([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const rank = (family: string) => (builtInFamilies.includes(family) ? builtInFamilies.indexOf(family) : Infinity)
  return rank(a) === rank(b) ? a.localeCompare(b) : rank(a) - rank(b)
}

function fileTable(files: readonly WrittenFile[]): string {
  const rows = files.map(({ file, by, records, bytes }) => {
    return [relative(process.cwd(), file), by, records === undefined ? '' : String(records), size(bytes)]
  })
  const columns = [
    { title: 'file' },
    { title: 'written by' },
    { title: 'records', align: 'right' },
    { title: 'size', align: 'right' },
  ] as const
  return textTable(columns, rows)
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`
}
