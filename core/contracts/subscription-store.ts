import type { LogEvent } from '../workflow/log-entry.js'
import type { ErrorRecord } from '../workflow/task-record.js'
import type { ChangeRecord } from './changes.js'
import type { Page, PageOf } from './page.js'
import type { StoredLogEntry } from './store.js'
import type { DeadLetterFilter } from './subscription.js'
import type { Transaction } from './transaction.js'

/** A place in the log: an entry, and an index in it. `wholeEntry` as index: behind all of its events. */
export interface LogPoint {
  readonly logId: number
  readonly index: number
}

/** Greater than any index of an event in its entry, which positions write with six digits. */
export const wholeEntry = 999_999

/** What a worker says of a durable subscriber that it has. */
export interface SubscriptionDeclaration {
  readonly name: string
  readonly shardCount: number
  readonly isTransactional: boolean
  readonly from: 'now' | 'beginning'
  /** How long it holds back retention unseen, in milliseconds. */
  readonly expireAfterMs: number
}

/** How a shard stands in its row. */
export interface ShardRow extends LogPoint {
  readonly shard: number
  /** Raised whenever the shard goes to another worker, or its place is changed by a person: who has an older one writes nothing. */
  readonly epoch: number
  readonly workerId: string | null
  readonly isOwnerAlive: boolean
}

/** How a subscription stands, as those see it who attend it. */
export interface SubscriptionRow {
  readonly name: string
  readonly isTransactional: boolean
  readonly pausedAt: string | null
  readonly pauseReason: string | null
  readonly createdAt: string
  readonly seenAt: string
  readonly holdsRetention: boolean
  /** Live workers that have it. */
  readonly workers: readonly string[]
  readonly shards: readonly ShardRow[]
  /** Entries that retention has taken and that it has not read, at most; 0 is how it should be. */
  readonly lostAtMost: number
  readonly lagEntries: number
  readonly lagMs: number
  readonly heldTasks: number
  readonly deadLetters: number
  /** Dead letters that are to be delivered again. */
  readonly requested: number
}

/** What this worker asks for and holds of a shard. */
export interface OwnedShard {
  readonly shard: number
  readonly epoch: number
}

/** The events of one lane (a task, or an entry without one) wait from here on, because this one could not be handled yet. */
export interface HeldLane extends LogPoint {
  readonly lane: string
  readonly shard: number
  readonly attempts: number
  /** When it is tried again, ISO 8601. */
  readonly dueAt: string
  readonly error: ErrorRecord
}

/** An event that is given up. */
export interface NewDeadLetter extends LogPoint {
  readonly id: string
  readonly lane: string
  readonly shard: number
  readonly taskId: string | null
  readonly event: LogEvent
  readonly error: ErrorRecord
  readonly attempts: number
  readonly failedAt: string
}

export interface StoredDeadLetter extends NewDeadLetter {
  readonly subscription: string
  readonly retryRequestedAt: string | null
}

/** What a worker writes down of its deliveries, all of it or nothing of a shard that it does not hold any more. */
export interface DeliveryProgress {
  readonly shards: readonly (OwnedShard & LogPoint)[]
  readonly held: readonly HeldLane[]
  /** Lanes that wait no longer. */
  readonly freed: readonly { readonly lane: string; readonly shard: number }[]
  readonly deadLetters: readonly NewDeadLetter[]
  /** Dead letters that were handled after all. */
  readonly revived: readonly { readonly id: string; readonly shard: number }[]
  /** Dead letters that failed again. */
  readonly failedAgain: readonly Pick<NewDeadLetter, 'id' | 'shard' | 'error' | 'attempts' | 'failedAt'>[]
}

/** What is read of the log for some shards. */
export interface ShardRequest {
  readonly after: LogPoint
  /** Most entries, those of other shards included. */
  readonly limit: number
  readonly shardCount: number
  /** Absent: all. */
  readonly shards?: readonly number[]
}

/** A page of the log for some shards. */
export interface ShardPage {
  readonly entries: readonly (StoredLogEntry & { readonly shard: number })[]
  /** Id of the last entry that was looked at, whatever its shard; undefined at the end of the log. */
  readonly through: number | undefined
}

/** Cursors, held events and dead letters of durable subscribers. */
export interface SubscriptionStore {
  /** Makes the subscription with its shards if it is not there yet; else only says that it was seen, and how it is now. */
  declare(declaration: SubscriptionDeclaration, workerId: string, change: ChangeRecord): Promise<void>
  /** Says that a worker that has these is there, and gives how they stand. */
  attend(names: readonly string[], workerId: string, isSeen: boolean): Promise<readonly SubscriptionRow[]>
  list(name?: string): Promise<readonly SubscriptionRow[]>
  /** Whether there is any subscription with a live worker: then whoever writes to the log tells of it. */
  isAnyAttended(): Promise<boolean>
  /** Takes up to `most` shards that no live worker has, besides those that it holds. Of a paused one none. */
  claimShards(name: string, workerId: string, most: number, held: readonly number[]): Promise<readonly ShardRow[]>
  /** Gives shards back that are still held. */
  releaseShards(name: string, shards: readonly OwnedShard[]): Promise<void>
  /** Gives everything back, and is no longer one of those that have it. */
  leave(names: readonly string[], workerId: string): Promise<void>

  /** Entries behind a point, in the order of the log, none of which one can come before that commits later. */
  readShards(request: ShardRequest): Promise<ShardPage>
  /** Entries of one lane from `from` to the entry `through`, both included. */
  readLane(lane: string, from: LogPoint, through: number, limit: number): Promise<readonly StoredLogEntry[]>
  heldLanes(name: string, shards: readonly number[]): Promise<readonly HeldLane[]>
  /** Of all shards, those that are due first. */
  nextHeldLanes(name: string, limit: number): Promise<readonly HeldLane[]>
  requestedDeadLetters(name: string, shards: readonly number[], limit: number): Promise<readonly StoredDeadLetter[]>

  /** Writes progress down; gives the shards that are still held. */
  saveProgress(name: string, progress: DeliveryProgress): Promise<readonly number[]>
  /**
   * The same in one transaction with what `work` writes: it gets those of the shards that are still held, which nobody can take until it has
   * ended, and gives the progress.
   *
   * @param idleLimitMs how long the server may wait for the next statement of it
   */
  deliverWithin(
    name: string,
    shards: readonly OwnedShard[],
    idleLimitMs: number,
    work: (transaction: Transaction, held: ReadonlySet<number>) => Promise<DeliveryProgress>,
  ): Promise<void>

  /** Whether a dead letter is still to be delivered again; nobody else does until the transaction has ended. */
  lockDeadLetter(transaction: Transaction, id: string): Promise<boolean>

  setPaused(
    name: string,
    paused: { readonly at: string; readonly reason: string } | null,
    change: ChangeRecord,
  ): Promise<boolean>
  /**
   * Moves shards to a place. `back`: those that are beyond it, and what failed beyond it counts as not yet delivered. `forward`: those
   * that are before it, and what failed before it is forgotten. Gives how many shards moved; undefined if there is no such subscription.
   */
  move(name: string, to: LogPoint, direction: 'back' | 'forward', change: ChangeRecord): Promise<number | undefined>
  remove(name: string, change: ChangeRecord): Promise<boolean>
  /** The first entry with an event of this time or later; undefined if there is none. */
  entryAt(time: string): Promise<number | undefined>
  /** The id of the last entry; 0 of an empty log. */
  lastEntry(): Promise<number>

  listDeadLetters(filter: DeadLetterFilter, page?: Page): Promise<PageOf<StoredDeadLetter>>
  requestRetry(
    filter: DeadLetterFilter,
    at: string,
    changeOf: (ids: readonly string[]) => ChangeRecord,
  ): Promise<number>
  discardDeadLetters(filter: DeadLetterFilter, changeOf: (ids: readonly string[]) => ChangeRecord): Promise<number>
}
