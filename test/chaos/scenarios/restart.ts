import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.js'

export const restart: Scenario = {
  name: 'restart',
  description: 'restarts of PostgreSQL, orderly and by a crash, some of them longer than a lease',
  place: 'own server',
  losses: 'all',
  losesConnections: true,
  hasDeadlyTask: false,
  async inject(stage) {
    const { chance } = stage
    const server = stage.database.server!
    const restarts = chance.between(1, 2)
    for (let count = 0; count < restarts && !stage.isOver; count++) {
      await sleep(chance.between(0, 1000))
      const mode = chance.pick(['fast', 'immediate'] as const)
      const awayMs = chance.onceIn(3) ? chance.between(0, stage.leaseMs * 2) : 0
      await stage.fault(`${mode} stop for ${awayMs} ms`, async () => {
        await server.stop(mode)
        await sleep(awayMs)
        await server.start()
      })
    }
  },
}
