import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.js'

export const pool: Scenario = {
  name: 'pool',
  description: 'two connections for each worker, and hundreds of reads at once that want them',
  place: 'server',
  poolSize: 2,
  // Many reads must not keep a heartbeat from its connection.
  losses: 'none',
  hasDeadlyTask: false,
  load: 1.5,
  async inject(stage) {
    const { chance } = stage
    const floods = chance.between(3, 6)
    for (let count = 0; count < floods && !stage.isOver; count++) {
      await sleep(chance.between(0, 400))
      const victim = await stage.victim()
      const reads = chance.between(50, 400)
      const action = () => victim?.order({ order: 'flood', id: count, reads })
      if (victim) await stage.fault(`${reads} reads of ${victim.name}`, action, victim)
    }
  },
}
