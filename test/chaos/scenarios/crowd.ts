import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Scenario, Stage } from './scenario.js'

export const crowd: Scenario = {
  name: 'crowd',
  description: 'foreign clients that take every connection that the server has, and those that workers lose',
  place: 'own server',
  losses: 'all',
  losesConnections: true,
  hasDeadlyTask: false,
  async inject(stage) {
    await sleep(stage.chance.between(0, 800))
    if (stage.isOver) return
    const forMs = Math.round((stage.leaseMs * stage.chance.between(2, 15)) / 10)
    await stage.fault(`no connection left for ${forMs} ms`, () => beCrowded(stage, forMs))
  },
}

async function beCrowded({ database, fleet }: Stage, forMs: number): Promise<void> {
  const end = performance.now() + forMs
  const clients: pg.Client[] = []
  const ruler = await connectTo(database.server!.url)
  while (performance.now() < end && fleet.running.length > 0) {
    const client = await connectTo(database.server!.url)
    if (client) clients.push(client)
    else {
      // The server is full: what a worker holds is taken from it as well, and then by one of us.
      await ruler!.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'tasker%' limit 1`,
      )
    }
  }
  await Promise.all([ruler, ...clients].map((client) => client?.end()))
}

async function connectTo(connectionString: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString, application_name: 'crowd' })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch {
    return undefined
  }
}
