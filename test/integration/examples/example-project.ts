import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const repository = resolve(import.meta.dirname, '../../../..')

export interface StartResult {
  /** Null where it was killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Charge {
  readonly orderId: number
  readonly amountCents: number
  readonly idempotencyKey: string
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Resolves when it is to be killed; it sees what was written to standard output so far. */
  readonly killWhen?: (output: () => string) => Promise<unknown>
}

/** A copy of what `npm start` runs, in a folder of its own, so that it begins without a database. */
export class ExampleProject implements AsyncDisposable {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(): Promise<ExampleProject> {
    const folder = await mkdtemp(join(tmpdir(), 'tasker-examples-'))
    for (const name of ['examples', 'tasker.config.ts']) {
      await cp(join(repository, name), join(folder, name), { recursive: true })
    }
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'), 'junction')
    return new ExampleProject(folder)
  }

  /** What `npm start` runs after the build. */
  async start({ env = {}, killWhen }: StartOptions = {}): Promise<StartResult> {
    const child = spawn(process.execPath, [join(repository, 'dist/examples/start.js')], {
      cwd: this.folder,
      env: { ...process.env, DATABASE_URL: '', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const written = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text))
    const closed = once(child, 'close')
    if (killWhen !== undefined) {
      await Promise.race([killWhen(() => written.stdout), closed])
      child.kill('SIGKILL')
    }
    const [code] = (await closed) as [number | null]
    return { code, ...written }
  }

  text(name: string): Promise<string> {
    return readFile(join(this.folder, '.tasker/out', name), 'utf8')
  }

  async json<T>(name: string): Promise<T> {
    return JSON.parse(await this.text(name)) as T
  }

  /** The books of the stand-in payment gateway. */
  async charges(): Promise<readonly Charge[]> {
    const folder = join(this.folder, '.tasker/gateway/charges')
    const names = await readdir(folder).catch(() => [])
    const files = names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name))
    return Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Charge))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Looks every few milliseconds until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(3)
}
