import { OwnServer } from '../../support/own-server.js'
import type { ChaosDatabase } from '../databases/chaos-database.js'
import { useEmbeddedFolder } from '../databases/embedded-folder.js'
import { useServerSchema } from '../databases/server-schema.js'
import type { Scenario } from '../scenarios/scenario.js'

/** Where runs take place, one after the other: on the server of a URL, and, for what breaks servers, on one of its own. */
export class Grounds {
  readonly url: string | undefined
  #server: Promise<OwnServer> | undefined

  constructor(url: string | undefined) {
    this.url = url
  }

  /** The database for one run of a scenario. */
  async databaseFor({ place }: Scenario, folder: string): Promise<ChaosDatabase> {
    if (place === 'embedded') return useEmbeddedFolder(folder)
    if (place === 'server' && this.url !== undefined) return useServerSchema(this.url)
    this.#server ??= OwnServer.start({ max_connections: '60' })
    const server = await this.#server
    return useServerSchema(server.url, server)
  }

  async dispose(): Promise<void> {
    await (await this.#server)?.dispose()
  }
}
