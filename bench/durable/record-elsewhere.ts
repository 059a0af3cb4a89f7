import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { RecordedTask } from './record-rows.js'
import type { Shape } from './shapes.js'

const program = fileURLToPath(new URL('./record-process.js', import.meta.url))

/** Records tasks in a process of its own, so that the memory of the caller is not that of Tasker. */
export async function recordElsewhere(
  url: string,
  schema: string,
  shape: Shape,
  count: number,
): Promise<RecordedTask[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, url, schema, shape.name, String(count)], {
    maxBuffer: 2 ** 30,
  })
  return JSON.parse(stdout) as RecordedTask[]
}
