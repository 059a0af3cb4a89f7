/**
 * What mocha loads into each of its processes: one runs the tests of one file after the other, several at once. Without it, as in
 * a run of single files with --no-config, after-all.ts closes what tests have left open.
 */
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Context, Suite } from 'mocha'
import { closeAll } from './closings.js'
import { closeTimes, openTimes, startClock } from './file-times.js'

const shown = 12
let stopClock: ReturnType<typeof startClock> | undefined

/** Once for each file. */
export const mochaHooks = {
  beforeAll(): void {
    stopClock = startClock()
  },
  async afterAll(this: Context): Promise<void> {
    await closeAll()
    stopClock?.(fileOf(this.test!.parent!))
  },
}

export function mochaGlobalSetup(): void {
  openTimes()
  // Every process that a test starts loads the same thousand modules. (Out of a cache their coverage is less exact.)
  if (process.env.NODE_V8_COVERAGE === undefined)
    process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'tasker-test-modules')
}

/** Shows where the time of a run goes. */
export function mochaGlobalTeardown(): void {
  const times = closeTimes()
  const seconds = (value: number) => `${value.toFixed(1)} s`.padStart(8)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const all = sum(times.flatMap(({ own, children }) => [own, children]))
  console.log(`  Slowest files (of processor time${seconds(all)} in all):\n`)
  for (const { file, wall, own, children } of times.slice(0, shown)) {
    console.log(`${seconds(wall)}, ${seconds(own + children)} of a processor  ${file}`)
  }
  console.log()
}

function fileOf({ suites }: Suite): string {
  const [file, ...others] = new Set(suites.flatMap((suite) => suite.file ?? []))
  if (file === undefined || others.length > 0) return 'all files, one after the other'
  return relative(process.cwd(), file)
}
