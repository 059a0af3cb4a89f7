import type { BackoffPolicy } from '../workflow/backoff.js'

/** What the configuration says of a system that steps call; it holds for all workers together. */
export interface DependentSystemSettings {
  /** Most steps that call it at once. */
  readonly concurrency?: number
  /** How many steps may begin to call it in `perMs` milliseconds, evenly spread; `burst` at once after a pause. */
  readonly rate?: { readonly limit: number; readonly perMs: number; readonly burst?: number }
  readonly backoff?: Partial<BackoffPolicy>
  /** Whether a delay that it asks for in one step holds for all steps that call it. Default true. */
  readonly shareRetryAfter?: boolean
}

/** The name of a system that steps have which name none: it has no limits. */
export const unknownSystem = 'unknown'

/** What a worker holds of a system and asks for. Times are milliseconds since 1970 by the Clock. */
export interface PermitRequest {
  readonly system: string
  readonly workerId: string
  readonly now: number
  /** Calls under way, and permits that are at hand: all that counts against `concurrency`. */
  readonly held: number
  /** Permits that it could use besides. */
  readonly wanted: number
  /** Milliseconds between two calls; absent where no rate is configured. */
  readonly intervalMs?: number
  readonly burst?: number
  readonly concurrency?: number
  /** Turns for tasks that had better wait without an owner. */
  readonly turns: number
  /** Milliseconds between two turns, as far as can be told. */
  readonly turnIntervalMs: number
  /** How far ahead the first turn is at least: until then those who wait with an owner come. */
  readonly firstTurnMs: number
}

export interface PermitReply {
  /** How many permits; the first begins at `firstAt`, each further one `intervalMs` later. */
  readonly granted: number
  readonly firstAt: number
  readonly intervalMs: number
  /** When it is worth asking again; null: when a permit comes back. */
  readonly retryAt: number | null
  /** What it asked for with Retry-After; null if it did not, or the time has passed. */
  readonly blockedUntil: number | null
  /** Whether calls are spread over time: by a rate, or for a while after a block. */
  readonly isPaced: boolean
  /** How many turns; the first is at `firstTurnAt`, each further one `turnIntervalMs` later. */
  readonly turns: number
  readonly firstTurnAt: number
  readonly turnIntervalMs: number
  /** Other live workers that wait for permits. */
  readonly waitingWorkers: readonly string[]
  /** How many more calls there may be at once: what nobody has drawn who waits, or is kept for others. */
  readonly roomLeft: number
}

export interface SystemBlock {
  readonly system: string
  readonly workerId: string
  readonly now: number
  /** How long nothing is to be sent, in milliseconds. */
  readonly delayMs: number
  /** When the call began that was answered so: one that had begun before the last block tells nothing new of the pace. */
  readonly begunAt: number
}

/** Tasks of one kind and key. */
export interface KeyOfTasks {
  readonly namespace: string
  readonly name: string
  readonly key: string
}

/** What the database knows of a system. */
export interface SystemRow {
  readonly system: string
  readonly blockedUntil: number | null
  /** Calls a second that are let through at present where no rate is configured, after a block; null: any. */
  readonly pacePerS: number | null
  readonly inUse: number
  readonly waiting: number
  readonly workers: number
}

/** What all workers share of limits. Part of the store. */
export interface LimitStore {
  /** Tells what a worker holds of a system, and draws permits: one short statement that locks one row. */
  drawPermits(request: PermitRequest): Promise<PermitReply>
  /** Closes a system for all workers for a while. Gives until when, and the other live workers, to be told. */
  blockSystem(block: SystemBlock): Promise<{ readonly until: number; readonly workers: readonly string[] }>
  /** Opens it again, at once. Gives whether it was closed or still paced, and the live workers, to be told. */
  unblockSystem(system: string): Promise<{ readonly wasBlocked: boolean; readonly workers: readonly string[] }>
  /** The systems that are blocked or still finding their pace at this time. */
  heldSystems(now: number): Promise<readonly string[]>
  listSystems(now: number): Promise<readonly SystemRow[]>
  /** The other workers that live. */
  liveWorkers(except: string): Promise<readonly string[]>
  /** Forgets what a worker holds and waits for: it stops. Gives the workers that wait for a system that it has left. */
  leaveSystems(workerId: string): Promise<readonly { readonly system: string; readonly workerId: string }[]>
}

/** A system that steps call, and how it stands with all workers together. */
export interface SystemState {
  readonly name: string
  readonly concurrency?: number
  readonly rate?: { readonly limit: number; readonly perMs: number; readonly burst?: number }
  /** Calls under way, permits just given included; only counted where there is a limit or was a block. */
  readonly inUse: number
  /** Steps that wait for it in workers; tasks that wait without an owner are parked with the reason `limit`. */
  readonly waiting: number
  /** Workers that call it or wait for it. */
  readonly workers: number
  /** Until when nothing is sent, because it asked for that, as ISO 8601. */
  readonly blockedUntil?: string
  /** Calls a second that are let through at present, while it finds its pace after a block. */
  readonly pacePerSecond?: number
}

/** `tasker.limits` */
export interface LimitsApi {
  /** The systems that have limits, or that have asked for a pause, by name. */
  list(): Promise<readonly SystemState[]>
  /** Lets steps call a system again that has asked for a pause, as many as there are; false if it had not. */
  unblock(system: string): Promise<boolean>
}
