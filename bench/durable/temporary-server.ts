import { execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { withClient } from './sql.js'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0

/** A PostgreSQL server in a temporary folder, with stock settings but for those given. */
export interface TemporaryServer {
  readonly url: string
  stop(): Promise<void>
}

/** @returns undefined where PostgreSQL is not installed */
export async function startTemporaryServer(
  settings: Readonly<Record<string, string>>,
): Promise<TemporaryServer | undefined> {
  const programs = findPrograms()
  if (programs === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'tasker-bench-server-'))
  const home = join(folder, 'postgres')
  await mkdir(home)
  if (isRoot) {
    // The server refuses to run as root, and its user has to get to its folder.
    await chmod(folder, 0o755)
    await run('chown', ['postgres', home])
  }
  const port = await freePort()
  const all = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: home, ...settings }
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const data = join(home, 'data')
  const inServersName = (program: string, args: readonly string[]): [string, string[]] => {
    const parts = [...(isRoot ? ['runuser', '-u', 'postgres', '--'] : []), join(programs, program), ...args]
    return [parts[0]!, parts.slice(1)]
  }
  const command = (program: string, ...args: readonly string[]) => run(...inServersName(program, args), { cwd: home })
  await command('initdb', '--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8')
  // Not by pg_ctl, which would take it out of our process group: Ctrl-C is to end it, too.
  spawn(...inServersName('postgres', ['-D', data, ...options]), { cwd: home, stdio: 'ignore' })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await untilItAnswers(url)
  return {
    url,
    async stop() {
      await command('pg_ctl', '--pgdata', data, '--mode', 'immediate', '--wait', 'stop')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const patienceMs = 30_000

async function untilItAnswers(url: string): Promise<void> {
  const startedAt = performance.now()
  while (true) {
    try {
      return await withClient(url, async () => {})
    } catch (error) {
      if (performance.now() - startedAt > patienceMs) throw error
      await sleep(50)
    }
  }
}

/** The folder of initdb and pg_ctl: the newest of Debian's, else that of the search path. */
function findPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')))
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as { readonly port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}
