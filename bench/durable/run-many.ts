import type { EngineHost } from './engine-host.js'
import { serverCpuMs } from './server-cpu.js'
import { walBytes } from './written-rows.js'

/** What it took to run many tasks at once. */
export interface ManyResult {
  readonly stepsPerSecond: number
  /** Of all processes of the engine. */
  readonly cpuMs: number
  /** Of the connections of PostgreSQL, where that can be known. */
  readonly serverCpuMs: number | undefined
  readonly peakRssMb: number
  readonly walBytes: number
}

/**
 * Creates tasks in the first process and waits until they have all ended in whichever, from the first creation on.
 *
 * @throws Error if there were more or fewer steps than the tasks have, or nothing has ended for a while
 */
export async function runMany(
  hosts: readonly EngineHost[],
  url: string,
  tasks: number,
  stepsPerTask: number,
): Promise<ManyResult> {
  for (const host of hosts) await host.reset()
  const ended = allEnded(hosts, tasks)
  const before = [await serverCpuMs(url), await walBytes(url)] as const
  const startedAt = performance.timeOrigin + performance.now()
  await Promise.all([hosts[0]!.ask({ ask: 'create', tasks }), ended])
  const endedAt = Math.max(...hosts.map((host) => host.progress.at))
  const after = [await serverCpuMs(url), await walBytes(url)] as const
  const usages = []
  for (const host of hosts) usages.push(await host.ask({ ask: 'usage' }))
  const steps = usages.reduce((sum, usage) => sum + usage.stepsRan, 0)
  if (steps !== tasks * stepsPerTask) throw new Error(`${steps} steps ran where ${tasks} × ${stepsPerTask} were to run`)
  return {
    stepsPerSecond: (steps / (endedAt - startedAt)) * 1000,
    cpuMs: usages.reduce((sum, usage) => sum + usage.cpuMs, 0),
    serverCpuMs: before[0] === undefined || after[0] === undefined ? undefined : after[0] - before[0],
    peakRssMb: Math.max(...usages.map((usage) => usage.peakRssMb)),
    walBytes: after[1] - before[1],
  }
}

const patienceMs = 60_000

function allEnded(hosts: readonly EngineHost[], tasks: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const count = () => hosts.reduce((sum, host) => sum + host.progress.tasksEnded, 0)
  const giveUp = () => reject(new Error(`Nothing ended for ${patienceMs / 1000} s, at ${count()} of ${tasks} tasks`))
  const patience = setTimeout(giveUp, patienceMs)
  for (const host of hosts) {
    host.onProgress(() => {
      patience.refresh()
      if (count() < tasks) return
      clearTimeout(patience)
      resolve()
    })
  }
  return promise
}
