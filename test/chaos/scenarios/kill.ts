import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.js'

export const kill: Scenario = {
  name: 'kill',
  description: 'kill -9 of random workers at random moments',
  place: 'server',
  losses: 'hit',
  async inject(stage) {
    const kills = stage.chance.between(2, 4)
    for (let count = 0; count < kills && !stage.isOver; count++) {
      await sleep(stage.chance.between(0, 800))
      const victim = await stage.victim()
      if (victim) await stage.fault(`kill ${victim.name}`, () => victim.kill(), victim)
    }
  },
}
