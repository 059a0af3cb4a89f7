import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from './contenders.js'
import type { EngineSettings } from './engine.js'
import { EngineHost } from './engine-host.js'
import { runMany } from './run-many.js'
import { countWrittenRows } from './written-rows.js'

/** Figures of one engine with one shape in one round. */
export interface Sample {
  readonly stepsPerSecond: number
  /** Of the engine's own process, for a thousand steps. */
  readonly cpuMs: number
  /** Of the connections of PostgreSQL, for a thousand steps, where that can be known. */
  readonly serverCpuMs: number | undefined
  readonly peakRssMb: number
  readonly walBytesPerStep: number
  /** Row versions, deletions included. */
  readonly rowsPerStep: number | undefined
  /** Of tables and indexes after the run. */
  readonly storedBytesPerStep: number | undefined
  /** Of tasks that ran alone. */
  readonly latenciesMs: readonly number[]
}

export interface Amount {
  /** Tasks at once, for the throughput. */
  readonly tasks: number
  /** Tasks one after the other, for the latency; none if 0. */
  readonly single: number
}

/** Runs one engine in a process of its own: a warm-up, then tasks one by one, then many at once. */
export async function measureEngine(
  contender: Contender,
  settings: Omit<EngineSettings, 'folder'>,
  { tasks, single }: Amount,
): Promise<Sample> {
  const stepsPerTask = settings.shape.steps.length
  // Workers run for days: what is measured is not how soon a compiler has seen enough.
  const warmUp = { tasks, single: Math.ceil(single / 3) }
  const host = await EngineHost.open(contender, settings)
  try {
    await runMany([host], settings.url, warmUp.tasks, stepsPerTask)
    await host.ask({ ask: 'one', times: warmUp.single })
    const one = await host.ask({ ask: 'one', times: single })
    const many = await runMany([host], settings.url, tasks, stepsPerTask)
    await host.close()
    const steps = tasks * stepsPerTask
    const allSteps = (warmUp.tasks + warmUp.single + single + tasks) * stepsPerTask
    return {
      stepsPerSecond: many.stepsPerSecond,
      cpuMs: (many.cpuMs / steps) * 1000,
      serverCpuMs: many.serverCpuMs === undefined ? undefined : (many.serverCpuMs / steps) * 1000,
      peakRssMb: many.peakRssMb,
      walBytesPerStep: many.walBytes / steps,
      ...(await writtenPerStep(settings, contender.schemas, allSteps)),
      latenciesMs: one.latenciesMs,
    }
  } finally {
    await host.kill()
  }
}

async function writtenPerStep(
  { url, isFresh }: Pick<EngineSettings, 'url' | 'isFresh'>,
  schemas: readonly string[],
  steps: number,
) {
  if (!isFresh || schemas.length === 0) return { rowsPerStep: undefined, storedBytesPerStep: undefined }
  // Backends count what they did when they end, a moment after the client has gone.
  await sleep(200)
  const { inserted, updated, deleted, bytes } = await countWrittenRows(url, schemas)
  return { rowsPerStep: (inserted + updated + deleted) / steps, storedBytesPerStep: bytes / steps }
}
