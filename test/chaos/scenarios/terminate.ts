import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.js'

export const terminate: Scenario = {
  name: 'terminate',
  description: 'pg_terminate_backend of all connections of all workers, again and again',
  place: 'own server',
  losses: 'none',
  losesConnections: true,
  hasDeadlyTask: false,
  async inject(stage) {
    const { chance, database } = stage
    const connection = await database.connect()
    const rounds = chance.between(3, 8)
    for (let count = 0; count < rounds && !stage.isOver; count++) {
      await sleep(chance.between(0, 500))
      await stage.fault('terminate all', async () => {
        await connection.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where backend_type = 'client backend' and pid <> pg_backend_pid()`,
        )
      })
    }
    await connection.close()
  },
}
