import type { TaskerEvent } from '../events/envelope.js'
import type { ErrorRecord } from '../workflow/task-record.js'
import type { Actor } from './actor.js'
import type { Page, PageOf } from './page.js'

/**
 * `running`: live workers deliver. `paused`: a person has stopped it. `behind`: retention has taken entries that it had not read.
 * `unattended`: no live worker has a subscriber of this name.
 */
export type SubscriptionState = 'running' | 'paused' | 'behind' | 'unattended'

/** One share of a subscription: the tasks whose ids fall into it, and how far they were delivered. */
export interface SubscriptionShard {
  readonly shard: number
  /** Of the last event that was handled; null before the first of the log. */
  readonly position: string | null
  /** The worker that delivers it now; null if none does. */
  readonly workerId: string | null
}

/** A durable subscriber as the database knows it: by its name, whatever process delivers. */
export interface Subscription {
  readonly name: string
  readonly state: SubscriptionState
  readonly isTransactional: boolean
  /** Where it stands, least of all shards; null before the first entry of the log. */
  readonly position: string | null
  readonly shards: readonly SubscriptionShard[]
  /** How far it is behind the log. */
  readonly lag: {
    /** Entries of the log that at least one shard has not passed: commits, each with one or more events. */
    readonly entries: number
    /** How long the oldest of them has been in the log, in milliseconds; 0 if there is none. */
    readonly ageMs: number
  }
  /** Tasks whose events wait, because the delivery of one of them failed and is tried again. */
  readonly heldTasks: number
  readonly deadLetters: number
  /** Whether retention keeps what it has not read. Not if no worker has had it for `subscriptions.expireAfterMs`. */
  readonly holdsRetention: boolean
  /** Most entries that retention has taken unread; 0 unless `behind`. */
  readonly lostAtMost: number
  readonly createdAt: string
  /** When a worker that has it was last seen, to half a minute. */
  readonly seenAt: string
  readonly pausedAt: string | null
  readonly pauseReason: string | null
}

/** A task whose events wait for a subscriber, because one of them failed. */
export interface HeldTask {
  /** Null of an event that belongs to no task. */
  readonly taskId: string | null
  /** Of the event that failed, and is tried again. */
  readonly position: string
  /** How often it was tried. */
  readonly attempts: number
  /** ISO 8601. */
  readonly nextAttemptAt: string
  /** What it failed with last; null where it has not been tried since the task was held. */
  readonly error: ErrorRecord | null
}

/** An event that a subscriber could not handle, however often it was tried. */
export interface DeadLetter {
  readonly id: string
  readonly subscription: string
  /** Null of an event that belongs to no task. */
  readonly taskId: string | null
  readonly position: string
  readonly event: TaskerEvent<string>
  readonly error: ErrorRecord
  readonly attempts: number
  /** ISO 8601. */
  readonly failedAt: string
  /** Somebody has asked for it to be delivered again, and it was not yet; else null. */
  readonly retryRequestedAt: string | null
}

export interface DeadLetterFilter {
  readonly ids?: readonly string[]
  readonly subscription?: string
  readonly taskId?: string
  /** Name of the event. */
  readonly event?: string
  /** Failed before, ISO 8601. */
  readonly before?: string
}

/** Who asks, and why. */
export interface SubscriptionChangeOptions {
  readonly reason?: string
  readonly actor?: Actor
}

/** Where a replay begins, or what is passed over ends: a position of the log, a time, or one end of the log. */
export type LogPlace = string | Date

/** `tasker.subscriptions.deadLetters` */
export interface DeadLettersApi {
  /** The oldest first. */
  list(filter?: DeadLetterFilter, page?: Page): Promise<PageOf<DeadLetter>>
  get(id: string): Promise<DeadLetter | undefined>
  /**
   * Has events delivered again, each once; what fails again stays. Gives how many were asked for. Events of the same task that came
   * later have mostly been handled meanwhile: the order of these is lost.
   *
   * @throws InvalidRequestError if the filter is empty
   */
  retry(filter: DeadLetterFilter, options?: SubscriptionChangeOptions): Promise<number>
  /** Forgets events that nobody wants handled any more. Gives how many. */
  discard(filter: DeadLetterFilter, options?: SubscriptionChangeOptions): Promise<number>
}

/**
 * `tasker.subscriptions`: the durable subscribers, in all processes together.
 *
 * @example
 * for (const { name, lag, deadLetters } of await tasker.subscriptions.list()) console.log(name, lag.entries, deadLetters)
 */
export interface SubscriptionsApi {
  /** By name. */
  list(): Promise<readonly Subscription[]>
  get(name: string): Promise<Subscription | undefined>
  /**
   * What holds it up: tasks whose events wait because one of them failed, those that are tried next first.
   *
   * @param options.limit most of them, default 100
   */
  held(name: string, options?: { readonly limit?: number }): Promise<readonly HeldTask[]>
  /** Stops delivery in all processes, until resumed. What is being handled now is handled to its end, and then delivered once more. */
  pause(name: string, options?: SubscriptionChangeOptions): Promise<Subscription>
  resume(name: string, options?: SubscriptionChangeOptions): Promise<Subscription>
  /**
   * Delivers again what was delivered since a place of the log, and all that follows.
   *
   * @param options.from a position, that of the first event that is delivered again; a time (a Date, or ISO 8601), or `'beginning'`
   * @throws SubscriptionPlaceError if that is ahead of where it stands: see {@link skip}
   * @example
   * await tasker.subscriptions.replay('audit', { from: new Date('2026-11-01'), reason: 'the audit table was lost' })
   */
  replay(name: string, options: SubscriptionChangeOptions & { readonly from: LogPlace }): Promise<Subscription>
  /**
   * Passes over what was not delivered up to a place of the log, failed events that wait to be tried again included.
   *
   * @param options.to a position, that of the first event to be delivered; a time, or `'now'`
   */
  skip(name: string, options: SubscriptionChangeOptions & { readonly to: LogPlace }): Promise<Subscription>
  /** Forgets a subscription with its cursor, its held events and its dead letters. False if there was none. */
  remove(name: string, options?: SubscriptionChangeOptions): Promise<boolean>
  /**
   * Resolves when everything that is in the log now has been handled, or stands among the dead letters, by this subscription or by all
   * that are attended.
   *
   * @throws SubscriptionWaitError after `timeoutMs` (default 30 000), or at once if it is paused or behind
   */
  caughtUp(name?: string, options?: { readonly timeoutMs?: number }): Promise<void>
  readonly deadLetters: DeadLettersApi
}
