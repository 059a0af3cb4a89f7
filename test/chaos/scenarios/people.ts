import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario, Stage } from './scenario.js'

export const people: Scenario = {
  name: 'people',
  description: 'tasks cancelled from another process while the workers that own them are killed',
  place: 'server',
  losses: 'hit',
  load: 1.5,
  async inject(stage) {
    const cancels = cancelSome(stage)
    const kills = stage.chance.between(1, 2)
    for (let count = 0; count < kills && !stage.isOver; count++) {
      await sleep(stage.chance.between(100, 900))
      const victim = await stage.victim()
      if (victim) await stage.fault(`kill ${victim.name}`, () => victim.kill(), victim)
    }
    await cancels
  },
}

/** About every third task, at any moment; answers that take longer than a takeover are waited for beside the next one. */
async function cancelSome(stage: Stage): Promise<void> {
  const chance = stage.chance.for('cancels')
  const cancels: Promise<void>[] = []
  const asked = new Set<string>()
  for (let rest = Math.ceil(stage.taskCount / 3); rest > 0 && !stage.isOver; rest--) {
    await sleep(chance.between(0, 250))
    const keys = [...stage.created.keys()].filter((key) => !asked.has(key))
    if (keys.length === 0) continue
    const key = chance.pick(keys)
    asked.add(key)
    cancels.push(stage.cancel(key))
  }
  await Promise.all(cancels)
}
