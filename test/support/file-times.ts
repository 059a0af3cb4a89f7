import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the tests of one file took, in seconds. */
export interface FileTime {
  readonly file: string
  readonly wall: number
  /** Of all cores, in this process. */
  readonly own: number
  /** Of all cores, in processes that it started and that have ended; 0 where the system does not tell. */
  readonly children: number
}

type Moment = Omit<FileTime, 'file'>

/** A file that the processes of a run append to; they find it by an environment variable. */
const variable = 'TASKER_TEST_TIMES'
const ticksPerSecond = 100

export function openTimes(): void {
  process.env[variable] = join(mkdtempSync(join(tmpdir(), 'tasker-times-')), 'times.ndjson')
}

/** Begins to measure; call what it returns with the file's path when its tests are over. */
export function startClock(): (file: string) => void {
  const begun = now()
  return (file) => {
    const path = process.env[variable]
    if (path === undefined) return
    const ended = now()
    const [wall, own, children] = (['wall', 'own', 'children'] as const).map((key) => ended[key] - begun[key])
    appendFileSync(path, `${JSON.stringify({ file, wall, own, children })}\n`)
  }
}

/** What was measured, slowest first. */
export function closeTimes(): readonly FileTime[] {
  const path = process.env[variable]!
  const lines = readTextIfThere(path).split('\n').filter(Boolean)
  rmSync(join(path, '..'), { recursive: true })
  return lines.map((line) => JSON.parse(line) as FileTime).sort((a, b) => b.wall - a.wall)
}

function readTextIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function now(): Moment {
  const { user, system } = process.cpuUsage()
  return { wall: performance.now() / 1_000, own: (user + system) / 1e6, children: childrenSeconds() }
}

/** Node has no word for it; Linux tells the ticks of children that have ended, in fields 16 and 17. */
function childrenSeconds(): number {
  if (process.platform !== 'linux') return 0
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}
