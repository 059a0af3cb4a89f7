import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp, rmdir, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** Where a server listens, in the words of `pg` and psql: `host` is the directory of a unix socket, or an address. */
export interface SocketEndpoint {
  readonly host: string
  readonly port: number
}

/** `answers`: somebody listens. `refused`: there is a socket, and nobody. `absent`: there is none that we can see. */
export type ProbeResult = 'answers' | 'refused' | 'absent'

const DIRECTORY_PREFIX = 'tasker-'
/** sun_path holds 104 bytes on macOS and 108 on Linux, with the final NUL. */
const MAX_SOCKET_PATH_BYTES = 103
const RANDOM_SUFFIX_BYTES = 6
const CONNECT_TIMEOUT_MS = 2_000
/** PostgreSQL's default; the directory tells the servers apart. */
export const UNIX_SOCKET_PORT = 5432

/**
 * Makes a new directory for a socket that only this user can enter (mode 0700), with a short path: socket paths are limited.
 *
 * Its name carries a hash of the folder, for people, and a random part, so that a socket is only ever that of one server:
 * if it is there and refuses, that server is gone for certain, and nobody else can have prepared the directory.
 */
export async function createSocketDirectory(folder: string): Promise<string> {
  const name = `${DIRECTORY_PREFIX}${createHash('sha256').update(folder).digest('hex').slice(0, 8)}-`
  const prefixes = [tmpdir(), '/tmp'].map((parent) => join(parent, name))
  const fits = (prefix: string) =>
    Buffer.byteLength(socketPathOf({ host: prefix, port: UNIX_SOCKET_PORT })) + RANDOM_SUFFIX_BYTES <=
    MAX_SOCKET_PATH_BYTES
  return mkdtemp(prefixes.find(fits) ?? prefixes[1]!)
}

/** Removes a socket and its directory, if they are there and are ours by name. */
export async function removeSocketDirectory(endpoint: SocketEndpoint): Promise<void> {
  if (!isOwnSocket(endpoint)) return
  await unlink(socketPathOf(endpoint)).catch(() => {})
  await rmdir(endpoint.host).catch(() => {})
}

/** {@link removeSocketDirectory} for the end of a process, where nothing is waited for. */
export function removeSocketDirectoryNow(endpoint: SocketEndpoint): void {
  if (!isOwnSocket(endpoint)) return
  rmSync(endpoint.host, { recursive: true, force: true })
}

function isOwnSocket(endpoint: SocketEndpoint): boolean {
  return isUnixSocket(endpoint) && basename(endpoint.host).startsWith(DIRECTORY_PREFIX)
}

/** The path of a unix socket as PostgreSQL names it. */
export function socketPathOf({ host, port }: SocketEndpoint): string {
  return join(host, `.s.PGSQL.${port}`)
}

/** Whether an endpoint is a unix socket rather than a TCP port. */
export function isUnixSocket({ host }: SocketEndpoint): boolean {
  return dirname(host) !== '.'
}

/**
 * Tries to connect. The kernel answers for a process that is busy or stopped, which is right: it still has its files open.
 * A server whose backlog is full (EAGAIN, or silence for 2 s) is there as well.
 */
export function probeEndpoint(endpoint: SocketEndpoint): Promise<ProbeResult> {
  const socket = isUnixSocket(endpoint) ? connect(socketPathOf(endpoint)) : connect(endpoint.port, endpoint.host)
  return new Promise((resolve) => {
    const settle = (result: ProbeResult) => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => settle('answers'))
    socket.on('connect', () => settle('answers'))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') settle('refused')
      else settle(error.code === 'EAGAIN' ? 'answers' : 'absent')
    })
  })
}
