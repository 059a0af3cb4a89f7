import type { ClientConfig } from 'pg'

/** What the thread is born with. */
export interface HeartbeatThreadData {
  /** One number that the main thread counts up, again and again, for as long as it turns its event loop. */
  readonly signsOfLife: SharedArrayBuffer
}

/** What the thread needs to beat for one worker. */
export interface PulseOrder {
  readonly pulse: number
  readonly connection: ClientConfig
  /** Gives back a row if the worker is registered. */
  readonly sql: string
  readonly values: readonly string[]
  readonly intervalMs: number
  readonly deafAfterMs: number
}

export type HeartbeatRequest =
  | { readonly kind: 'begin'; readonly order: PulseOrder }
  | { readonly kind: 'end'; readonly pulse: number }

export type HeartbeatReport = { readonly pulse: number } & (
  | { readonly kind: 'beat'; readonly sentAt: number }
  | { readonly kind: 'unregistered' }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'ended' }
)

/** Milliseconds of a clock that all threads of the process share and that nobody sets. */
export function processTimeMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}
