import { relative } from 'node:path'
import type { Tasker, TaskView } from 'tasker'
import type { WrittenFile } from './export-records.js'
import { heading, textTable } from './text-table.js'

export interface RunSummary {
  readonly tasks: readonly TaskView[]
  /** Among them a counter for each event that passed on the bus of this process. */
  readonly metrics: Tasker['metrics']
  readonly files: readonly WrittenFile[]
}

/** What happened in one run, as text for people. */
export function summarise({ tasks, metrics, files }: RunSummary): string {
  return [
    heading('Steps'),
    stepTable(tasks),
    heading('Events by family'),
    eventTable(metrics),
    heading('Files'),
    fileTable(files),
  ].join('\n')
}

function stepTable(tasks: readonly TaskView[]): string {
  const rows = tasks.flatMap((task) => {
    return task.steps.map((step, at) => [
      at === 0 ? `${task.namespace}.${task.name}@${task.version}` : '',
      step.name,
      step.resolvedHow ?? step.state,
      String(step.attempts),
      duration(step),
      step.error === null ? '' : step.error.message,
    ])
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

function duration({ startedAt, completedAt }: TaskView['steps'][number]): string {
  if (startedAt === null || completedAt === null) return ''
  return `${Date.parse(completedAt) - Date.parse(startedAt)} ms`
}

function eventTable(metrics: Tasker['metrics']): string {
  const families = new Map<string, number[]>()
  for (const metric of metrics.snapshot().metrics) {
    if (metric.name !== 'tasker_events_total' || metric.type !== 'counter') continue
    const family = metric.labels.event?.split('.')[0] ?? ''
    families.set(family, [...(families.get(family) ?? []), metric.value])
  }
  const rows = [...families].map(([family, counts]) => {
    return [family, String(counts.reduce((sum, count) => sum + count, 0)), String(counts.length)]
  })
  const columns = [{ title: 'family' }, { title: 'events', align: 'right' }, { title: 'names', align: 'right' }] as const
  return textTable(columns, rows)
}

function fileTable(files: readonly WrittenFile[]): string {
  const rows = files.map(({ file, records, bytes }) => {
    return [relative(process.cwd(), file), records === undefined ? '' : String(records), size(bytes)]
  })
  const columns = [{ title: 'file' }, { title: 'records', align: 'right' }, { title: 'size', align: 'right' }] as const
  return textTable(columns, rows)
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`
}
