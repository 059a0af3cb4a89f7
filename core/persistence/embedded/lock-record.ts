import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { SocketEndpoint } from './socket-endpoint.js'

/** What a lock file says about its holder. */
export interface LockRecord {
  /** Names this holding of the lock, and no other before or after it. */
  readonly token: string
  readonly pid: number
  readonly host: string
  /** Where `pid` means anything: see {@link placeOfThisProcess}. */
  readonly place: string
  readonly startedAt: string
  /** Undefined only if the file could not be read: half-written, or damaged. */
  readonly endpoint: SocketEndpoint | undefined
}

/** The record of this process for a server that listens at `endpoint`. */
export function createLockRecord(endpoint: SocketEndpoint): LockRecord {
  return {
    token: randomBytes(8).toString('hex'),
    pid: process.pid,
    host: hostname(),
    place: placeOfThisProcess(),
    startedAt: new Date().toISOString(),
    endpoint,
  }
}

/** Never throws: a file that says nothing is a lock too, of somebody who is writing it or has died doing so. */
export function parseLockRecord(text: string): LockRecord {
  try {
    const { token, pid, host, place, startedAt, endpoint } = JSON.parse(text) as LockRecord
    const isWhole =
      /^[0-9a-f]+$/.test(token) &&
      typeof pid === 'number' &&
      typeof endpoint?.host === 'string' &&
      typeof endpoint.port === 'number'
    if (isWhole) return { token, pid, host: String(host), place: String(place), startedAt: String(startedAt), endpoint }
  } catch {}
  return { token: 'unreadable', pid: 0, host: 'unknown', place: 'unknown', startedAt: 'unknown', endpoint: undefined }
}

/**
 * The boot and the process namespace that a process id belongs to. The host's name alone does not tell containers apart
 * that share it, and all of them may be process 1.
 */
export function placeOfThisProcess(): string {
  return [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}

function attempt(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
