import { stat } from 'node:fs/promises'
import type { Tasker } from 'tasker'
import { outputFile } from './workspace.js'

export interface WrittenFile {
  readonly file: string
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
      written.push({ file, ...(await exports.run({ source, format, output: file })) })
    }
  }
  const file = await outputFile('steps.md')
  // The exporter in examples/exporters was found by its file name; its format is now one like the others.
  written.push({
    file,
    ...(await exports.run({ source: 'steps', format: 'markdown', output: file, columns: stepColumns })),
  })
  return written
}

/** What steps and subscribers wrote, as far as it is there. */
export async function findOtherFiles(): Promise<readonly WrittenFile[]> {
  const files = await Promise.all(['flight-delays.md', 'milestones.log'].map(outputFile))
  const sizes = await Promise.all(files.map((file) => stat(file).catch(() => undefined)))
  return files.flatMap((file, at) => {
    const found = sizes[at]
    return found === undefined ? [] : [{ file, bytes: found.size }]
  })
}
