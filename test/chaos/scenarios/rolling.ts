import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.js'

export const rolling: Scenario = {
  name: 'rolling',
  description: 'a graceful restart of every worker, one after the other or all at once, under load',
  place: 'server',
  losses: 'none',
  // Some steps take longer than this: they are given back unfinished.
  execution: { drainTimeoutMs: 300 },
  hasDeadlyTask: false,
  load: 1.5,
  async inject(stage) {
    const { chance, fleet } = stage
    const isAllAtOnce = chance.onceIn(4)
    while (!stage.isOver && fleet.ready.length < fleet.running.length) await sleep(20)
    const exits: Promise<void>[] = []
    for (const worker of fleet.ready) {
      await sleep(chance.between(0, isAllAtOnce ? 50 : 500))
      const exit = stage.fault(`drain ${worker.name}`, () => fleet.replace(worker), worker).then(() => undefined)
      if (isAllAtOnce) exits.push(exit)
      else await exit
    }
    await Promise.all(exits)
  },
}
