import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.js'

export const cut: Scenario = {
  name: 'cut',
  description: 'connections that end at any byte, in the midst of statements and of their answers',
  place: 'server',
  isBehindProxies: true,
  // Each is made anew at once: nobody is away for as long as a lease.
  losses: 'none',
  losesConnections: true,
  hasDeadlyTask: false,
  async inject(stage) {
    const { chance } = stage
    const cuts = chance.between(4, 12)
    for (let count = 0; count < cuts && !stage.isOver; count++) {
      await sleep(chance.between(0, 300))
      const victim = await stage.victim()
      if (!victim) continue
      const manner = chance.pick(['close', 'reset'] as const)
      if (chance.onceIn(4))
        await stage.fault(`${manner} all of ${victim.name}`, () => victim.proxy!.cut(manner), victim)
      else {
        const direction = chance.pick(['toClient', 'toClient', 'toServer'] as const)
        const bytes = chance.between(1, 6000)
        const action = () => victim.proxy!.cutAfter(bytes, direction, manner)
        await stage.fault(`${manner} ${victim.name} after ${bytes} bytes ${direction}`, action, victim)
      }
    }
    for (const { proxy } of stage.fleet.running) await proxy?.heal()
  },
}
