import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerHandle } from '../fleet/worker-handle.js'
import type { Scenario, Stage } from './scenario.js'

export const embeddedKill: Scenario = {
  name: 'embedded-kill',
  description: 'kill -9 of the process that holds the embedded database, again and again',
  place: 'embedded',
  losses: 'hit',
  // Few at once: a step that is there at three deaths ends in error, and the rest of its task tells nothing.
  execution: { concurrentTasks: 3 },
  workers: [1, 1],
  load: 0.5,
  async inject(stage) {
    const kills = stage.chance.between(3, 6)
    for (let count = 0; count < kills && !stage.isOver; count++) {
      // Now and then while it opens the folder, mostly while it works.
      if (stage.chance.onceIn(4)) await sleep(stage.chance.between(0, 1200))
      else await someCalls(stage, stage.chance.between(1, 12))
      const [victim] = stage.fleet.running
      if (victim && !stage.isOver) await stage.fault(`kill ${victim.name}`, () => victim.kill(), victim)
    }
  },
}

/** Waits until the process that works has called so many handlers, or there is nothing left to call. */
async function someCalls(stage: Stage, wanted: number): Promise<void> {
  const count = (worker: WorkerHandle | undefined) => worker?.lines.filter(({ kind }) => kind === 'call').length ?? 0
  while (!stage.isOver && count(stage.fleet.ready[0]) < wanted) await sleep(5)
  await sleep(stage.chance.between(0, 40))
}
