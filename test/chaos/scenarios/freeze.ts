import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.js'

export const freeze: Scenario = {
  name: 'freeze',
  description: 'SIGSTOP of random workers, mostly past the lease, and SIGCONT: they come back and are fenced off',
  place: 'server',
  losses: 'hit',
  async inject(stage) {
    const freezes = stage.chance.between(1, 3)
    const thaws: Promise<void>[] = []
    for (let count = 0; count < freezes && !stage.isOver; count++) {
      await sleep(stage.chance.between(0, 600))
      const victim = await stage.victim()
      if (!victim) continue
      await stage.fault(`freeze ${victim.name}`, () => victim.freeze(), victim)
      const forMs = Math.round(stage.leaseMs * (stage.chance.onceIn(4) ? 0.5 : stage.chance.between(11, 20) / 10))
      thaws.push(sleep(forMs).then(() => victim.thaw()))
    }
    await Promise.all(thaws)
  },
}
