import type { DatabaseMaking } from './database-folder.js'

/** What a worker thread is started with; it listens at once, before it opens anything. */
export interface WorkerOptions {
  /** Path of the unix socket; undefined on Windows, where a free loopback port is taken. */
  readonly socketPath: string | undefined
}

/** The lock whose heartbeat the worker keeps; see folder-lock.ts. */
export interface HeldLock {
  readonly lockPath: string
  readonly token: string
}

/** Sent to the worker. `open` comes once, after the lock is held; `stop` at any time. */
export type WorkerRequest =
  | {
      readonly kind: 'open'
      /** Undefined keeps the database in memory. */
      readonly folder: string | undefined
      readonly isFresh: boolean
      readonly making: DatabaseMaking
      readonly lock: HeldLock | undefined
    }
  | { readonly kind: 'stop' }

/** Sent by the worker. After `failed` its thread ends. */
export type WorkerReport =
  | { readonly kind: 'listening'; readonly port: number | undefined }
  | { readonly kind: 'ready' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: Error }
