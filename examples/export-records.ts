import { stat } from 'node:fs/promises'
import type { Tasker } from 'tasker'
import { outputFile } from './workspace.js'

export interface WrittenFile {
  readonly file: string
  readonly by: string
  readonly bytes: number
  /** Absent where a file is no export. */
  readonly records?: number
}

const stepColumns = ['namespace', 'taskName', 'version', 'name', 'state', 'attempts', 'durationMs']

/** Writes everything in the database as JSON and CSV, and the steps in a format of our own. */
export async function exportRecords({ exports }: Tasker): Promise<readonly WrittenFile[]> {
  const written: WrittenFile[] = []
  for (const source of ['tasks', 'steps', 'events'] as const) {
    for (const format of ['json', 'csv'] as const) {
      const file = await outputFile(`${source}.${format}`)
      const { exporter, bytes, records } = await exports.run({ source, format, output: file })
      written.push({ file, by: `exporter ${exporter}`, bytes, records })
    }
  }
  // Discovery found examples/exporters/markdown.exporter.ts, so its format is one like the others.
  const file = await outputFile('steps.md')
  const request = { source: 'steps', format: 'markdown', output: file, columns: stepColumns } as const
  const { exporter, bytes, records } = await exports.run(request)
  return [...written, { file, by: `exporter ${exporter}`, bytes, records }]
}

/** What a step and a subscriber wrote, as far as it is there. */
export async function findOtherFiles(): Promise<readonly WrittenFile[]> {
  const others = [
    { file: await outputFile('flight-delays.md'), by: 'step write_report' },
    { file: await outputFile('milestones.log'), by: 'subscriber milestones' },
  ]
  const sizes = await Promise.all(others.map(({ file }) => stat(file).catch(() => undefined)))
  return others.flatMap((other, at) => {
    const found = sizes[at]
    return found === undefined ? [] : [{ ...other, bytes: found.size }]
  })
}
