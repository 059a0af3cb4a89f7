import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { peerVersions } from './install-peers.js'
import { withClient } from './sql.js'

/** Settings of PostgreSQL that decide what a commit costs. */
const settings = [
  ...['synchronous_commit', 'fsync', 'full_page_writes', 'wal_level', 'wal_sync_method', 'shared_buffers'],
  ...['max_wal_size', 'autovacuum', 'commit_delay'],
]

/** Lines that say on what the figures were taken. */
export async function describeEnvironment(url: string, redis: string | undefined): Promise<string[]> {
  const server = await withClient(url, async (client) => {
    const version = (await client.query<{ version: string }>("select current_setting('server_version') as version"))
      .rows
    const sql = 'select name, current_setting(name) as value from unnest($1::text[]) as name'
    const { rows } = await client.query<{ name: string; value: string }>(sql, [settings])
    return `PostgreSQL ${version[0]!.version} (${rows.map(({ name, value }) => `${name} ${value}`).join(', ')})`
  })
  const tasker = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  const packages = Object.entries({ tasker: tasker.version, ...peerVersions() })
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  const mode = process.env.NODE_ENV === undefined ? 'NODE_ENV not set' : `NODE_ENV=${process.env.NODE_ENV}`
  return [
    `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'processor'}, ${memoryGb} GB, everything on this machine`,
    `Node ${process.version}, ${mode}`,
    server,
    ...(redis === undefined ? [] : [await describeRedis(redis)]),
    packages.map(([name, version]) => `${name} ${version}`).join(', '),
  ]
}

/** Asks in the protocol's plain form, because the client of Redis belongs to the peers. */
async function describeRedis(url: string): Promise<string> {
  const answer = await askRedis(url, 'INFO server\r\nCONFIG GET appendonly\r\nCONFIG GET appendfsync\r\n')
  const version = /redis_version:(\S+)/.exec(answer ?? '')?.[1]
  const setting = (name: string) => new RegExp(`${name}\\r\\n\\$\\d+\\r\\n(\\w+)`).exec(answer ?? '')?.[1]
  return `Redis ${version} (appendonly ${setting('appendonly')}, appendfsync ${setting('appendfsync')})`
}

/** Whether a Redis answers that asks for no password. */
export async function isRedisThere(url: string): Promise<boolean> {
  return (await askRedis(url, 'PING\r\n'))?.startsWith('+PONG') ?? false
}

const answerMs = 200

function askRedis(url: string, commands: string): Promise<string | undefined> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port || 6379), hostname)
    let text = ''
    socket.on('connect', () => {
      socket.write(commands)
      setTimeout(() => socket.end(() => resolve(text)), answerMs)
    })
    socket.on('data', (data) => {
      text += data.toString()
    })
    socket.on('error', () => resolve(undefined))
  })
}
