import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPacked, packCheckout } from '../../support/docs/packed-project.js'
import { type Ending, run } from '../../support/docs/readme-project.js'

/** The packed package, installed in a folder as `npx --package` does, from where projects are made. */
export class InstalledTasker {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(): Promise<InstalledTasker> {
    const folder = await mkdtemp(join(tmpdir(), 'tasker-starting-'))
    const { file } = await packCheckout(folder)
    await installPacked(folder, file, [])
    return new InstalledTasker(folder)
  }

  /** Runs the installed command in a folder below. */
  tasker(folder: string, ...args: string[]): Promise<Ending> {
    return run(join(this.folder, folder), join(this.folder, 'node_modules/.bin/tasker'), args)
  }

  /** Runs npm in a folder below. */
  npm(folder: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ending> {
    return run(join(this.folder, folder), 'npm', args, environment)
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}
