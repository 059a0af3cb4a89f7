import { setTimeout as sleep } from 'node:timers/promises'
import { sharedNow } from '../worker/call-record.js'
import type { Scenario } from './scenario.js'

export const partition: Scenario = {
  name: 'partition',
  description: 'a network that stalls between random workers and the database, mostly past the lease, one way or both',
  place: 'server',
  isBehindProxies: true,
  losses: 'hit',
  losesConnections: true,
  async inject(stage) {
    const { chance } = stage
    const partitions = chance.between(1, 3)
    const healings: Promise<void>[] = []
    for (let count = 0; count < partitions && !stage.isOver; count++) {
      await sleep(chance.between(0, 600))
      const victim = await stage.victim()
      if (!victim) continue
      const direction = chance.pick(['toServer', 'toClient', undefined] as const)
      const forMs = Math.round(stage.leaseMs * (chance.onceIn(4) ? 0.4 : chance.between(11, 20) / 10))
      const proxy = victim.proxy!
      victim.hitsAt.push(sharedNow())
      const action = () => proxy.stall(direction)
      await stage.fault(`stall ${victim.name} ${direction ?? 'both ways'} for ${forMs} ms`, action, victim)
      healings.push(sleep(forMs).then(() => proxy.heal()))
    }
    await Promise.all(healings)
  },
}
