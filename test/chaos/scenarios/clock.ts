import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.js'

const hourMs = 3_600_000

export const clock: Scenario = {
  name: 'clock',
  description: 'the time of day of random workers jumps forwards and backwards by hours',
  place: 'server',
  // Leases go by the clock of the database.
  losses: 'none',
  hasDeadlyTask: false,
  async inject(stage) {
    const { chance } = stage
    const jumps = chance.between(3, 10)
    for (let count = 0; count < jumps && !stage.isOver; count++) {
      await sleep(chance.between(0, 300))
      const victim = await stage.victim()
      const offsetMs = chance.between(-6 * hourMs, 6 * hourMs)
      const action = () => victim?.order({ order: 'clock', offsetMs })
      if (victim) await stage.fault(`${victim.name} moves to ${Math.round(offsetMs / 60_000)} min`, action, victim)
    }
    // What somebody put off until it was late by his clock is due for all of them now.
    for (const worker of stage.fleet.running) worker.order({ order: 'clock', offsetMs: 24 * hourMs })
  },
}
