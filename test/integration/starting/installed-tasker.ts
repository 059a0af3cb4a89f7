import assert from 'node:assert/strict'
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

  /** Makes a project in a folder below, says what is to be done next, and does that; gives the folder. */
  async makeProject(name: string): Promise<string> {
    const { code, stdout, stderr } = await this.tasker('.', 'init', name)
    assert.equal(code, 0, stderr)
    assert.match(stdout, new RegExp(`cd ${name}\\n +npm install && npm test\\n +npm start\\n$`))
    const install = await this.npm(name, ['install', '--prefer-offline'])
    assert.equal(install.code, 0, install.stderr)
    return join(this.folder, name)
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
