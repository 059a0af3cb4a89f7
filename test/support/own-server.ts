import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0

/** How a server is stopped: `fast` ends its sessions, `immediate` is a crash, and the next start recovers from the log. */
export type StopMode = 'fast' | 'immediate'

/** The folder of initdb and pg_ctl: the newest of Debian's, else that of the search path; undefined if there is none. */
export function findServerPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')))
}

/**
 * A PostgreSQL server of a test's own, in a temporary folder: to be stopped, killed and starved. Nothing is lost when it is
 * stopped `immediate`: what it has committed is in the file cache of the system, which only a power cut takes.
 *
 * @example
 * const server = await OwnServer.start({ max_connections: '20' })
 * await server.stop('immediate')
 * await server.start()
 * await server.dispose()
 */
export class OwnServer {
  readonly port: number
  readonly #home: string
  readonly #programs: string
  readonly #settings: Readonly<Record<string, string>>

  private constructor(home: string, programs: string, port: number, settings: Readonly<Record<string, string>>) {
    this.#home = home
    this.#programs = programs
    this.port = port
    this.#settings = settings
  }

  /** @throws Error if PostgreSQL is not installed: ask {@link findServerPrograms} first. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
    const programs = findServerPrograms()
    if (programs === undefined) throw new Error('initdb and pg_ctl were found nowhere: install PostgreSQL')
    const folder = await mkdtemp(join(tmpdir(), 'own-server-'))
    const home = join(folder, 'postgres')
    await mkdir(home)
    if (isRoot) {
      // The server refuses to run as root; its user has to get to its folder.
      await chmod(folder, 0o755)
      await run('chown', ['postgres', home])
    }
    const server = new OwnServer(home, programs, await freePort(), settings)
    await server.#run('initdb', [
      ...['--pgdata', join(home, 'data'), '--username', 'postgres', '--auth', 'trust'],
      ...['--encoding', 'UTF8', '--no-locale', '--no-sync'],
    ])
    await server.start()
    return server
  }

  /** URL of its database. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      unix_socket_directories: this.#home,
      fsync: 'off',
      shared_buffers: '16MB',
      ...this.#settings,
    }
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
    const files = ['--pgdata', join(this.#home, 'data'), '--log', join(this.#home, 'log')]
    try {
      await this.#run('pg_ctl', [...files, '--wait', '--options', options.join(' '), 'start'])
    } catch (error) {
      throw new Error(`The server did not start:\n${await this.log()}`, { cause: error })
    }
  }

  async stop(mode: StopMode): Promise<void> {
    await this.#run('pg_ctl', ['--pgdata', join(this.#home, 'data'), '--mode', mode, '--wait', 'stop'])
  }

  /** What it has written to its log. */
  log(): Promise<string> {
    return readFile(join(this.#home, 'log'), 'utf8').catch(() => '')
  }

  /** Stops it, if it runs, and takes its folder away. */
  async dispose(): Promise<void> {
    await this.stop('immediate').catch(() => undefined)
    await rm(join(this.#home, '..'), { recursive: true, force: true })
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const command = [join(this.#programs, program), ...args]
    const [file, ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command
    await run(file!, rest, { cwd: this.#home })
  }
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}
