import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor } from '../../contracts/actor.js'
import type { ChangeRecord } from '../../contracts/changes.js'
import type { Clock } from '../../contracts/clock.js'
import type { SubscriptionCommandKind } from '../../contracts/hooks.js'
import type { IdSource } from '../../contracts/id-source.js'
import type { Page, PageOf } from '../../contracts/page.js'
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLettersApi,
  HeldTask,
  LogPlace,
  Subscription,
  SubscriptionChangeOptions,
  SubscriptionsApi,
} from '../../contracts/subscription.js'
import {
  type LogPoint,
  type SubscriptionRow,
  type SubscriptionStore,
  wholeEntry,
} from '../../contracts/subscription-store.js'
import { nearestName } from '../../errors/nearest-name.js'
import {
  DeadLetterFilterError,
  SubscriptionNotFoundError,
  SubscriptionPlaceError,
  SubscriptionWaitError,
} from '../../errors/subscription-errors.js'
import { subscriptionEvents } from '../../events/subscription-events.js'
import type { HookRegistry } from '../hook-registry.js'
import { assertAsked } from '../people/command-checks.js'
import { pointBefore } from './subscription-places.js'
import type { Announce } from './subscription-services.js'
import { viewOfDeadLetter, viewOfHeldLane, viewOfSubscription } from './subscription-view.js'

interface Services {
  readonly store: SubscriptionStore
  readonly hooks: HookRegistry
  readonly clock: Clock
  readonly ids: IdSource
  /** Tells on the bus what was asked for. */
  readonly announce: Announce
  /** Tells all workers that something has changed. */
  changed(): void
  /** Has what was handled here written down, so that it shows. */
  flush(): Promise<void>
}

const unnamedActor: Actor = { id: 'unknown', kind: 'api' }
const waitLookMs = 20
const defaultWaitMs = 30_000
const defaultHeld = 100

/** `tasker.subscriptions` */
export class SubscriptionService implements SubscriptionsApi {
  readonly deadLetters: DeadLettersApi
  readonly #services: Services

  constructor(services: Services) {
    this.#services = services
    this.deadLetters = {
      list: (filter, page) => this.#listDeadLetters(filter, page),
      get: async (id) => (await this.#listDeadLetters({ ids: [id] }, { limit: 1 })).items[0],
      retry: (filter, by) => this.#retryDeadLetters(filter, by),
      discard: (filter, by) => this.#discardDeadLetters(filter, by),
    }
  }

  async list(): Promise<readonly Subscription[]> {
    return (await this.#services.store.list()).map(viewOfSubscription)
  }

  async get(name: string): Promise<Subscription | undefined> {
    const [row] = await this.#services.store.list(name)
    return row && viewOfSubscription(row)
  }

  async held(name: string, { limit = defaultHeld }: { readonly limit?: number } = {}): Promise<readonly HeldTask[]> {
    await this.#require(name)
    return (await this.#services.store.nextHeldLanes(name, limit)).map(viewOfHeldLane)
  }

  async pause(name: string, by: SubscriptionChangeOptions = {}): Promise<Subscription> {
    const { store, clock } = this.#services
    await this.#ask('pause', name, by)
    const paused = { at: new Date(clock.now()).toISOString(), reason: by.reason ?? '' }
    const isChanged = await store.setPaused(name, paused, this.#record('pause', name, by))
    if (isChanged) this.#services.announce(subscriptionEvents.paused, askedFor(name, by))
    return this.#after(name)
  }

  async resume(name: string, by: SubscriptionChangeOptions = {}): Promise<Subscription> {
    await this.#ask('resume', name, by)
    const isChanged = await this.#services.store.setPaused(name, null, this.#record('resume', name, by))
    if (isChanged) this.#services.announce(subscriptionEvents.resumed, askedFor(name, by))
    return this.#after(name)
  }

  async replay(name: string, by: SubscriptionChangeOptions & { readonly from: LogPlace }): Promise<Subscription> {
    const { store } = this.#services
    await this.#ask('replay', name, by)
    const row = await this.#require(name)
    const to = await pointBefore(by.from, name, store)
    if (row.lostAtMost === 0 && to.logId > 0 && !row.shards.some((shard) => isBehind(to, shard)))
      throw ahead(name, row, by.from)
    await store.move(name, to, 'back', this.#record('replay', name, by, { from: by.from }))
    this.#services.announce(subscriptionEvents.replayed, { ...askedFor(name, by), from: placeText(by.from) })
    return this.#after(name)
  }

  async skip(name: string, by: SubscriptionChangeOptions & { readonly to: LogPlace }): Promise<Subscription> {
    const { store } = this.#services
    await this.#ask('skip', name, by)
    const to = await pointBefore(by.to, name, store)
    const moved = await store.move(name, to, 'forward', this.#record('skip', name, by, { to: by.to }))
    if (moved !== undefined)
      this.#services.announce(subscriptionEvents.skipped, { ...askedFor(name, by), to: placeText(by.to) })
    return this.#after(name)
  }

  async remove(name: string, by: SubscriptionChangeOptions = {}): Promise<boolean> {
    await this.#ask('remove', name, by)
    const isRemoved = await this.#services.store.remove(name, this.#record('remove', name, by))
    if (isRemoved) {
      this.#services.announce(subscriptionEvents.forgotten, askedFor(name, by))
      this.#services.changed()
    }
    return isRemoved
  }

  async caughtUp(name?: string, { timeoutMs = defaultWaitMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { store, flush } = this.#services
    if (name !== undefined) await this.#require(name)
    const end = await store.lastEntry()
    const deadline = performance.now() + timeoutMs
    for (;;) {
      await flush()
      const rows = await store.list(name)
      const open = rows.filter(
        (row) => (name !== undefined || row.workers.length > 0) && (row.lostAtMost > 0 || !hasPassed(row, end)),
      )
      if (open.length === 0) return
      const stopped = open.find(({ pausedAt, lostAtMost }) => pausedAt !== null || lostAtMost > 0)
      const row = stopped ?? open[0]!
      if (stopped !== undefined || performance.now() >= deadline) throw waitError(row, timeoutMs)
      await sleep(waitLookMs)
    }
  }

  async #listDeadLetters(filter: DeadLetterFilter = {}, page?: Page): Promise<PageOf<DeadLetter>> {
    const { items, ...rest } = await this.#services.store.listDeadLetters(filter, page)
    return { ...rest, items: items.map(viewOfDeadLetter) }
  }

  async #retryDeadLetters(filter: DeadLetterFilter, by: SubscriptionChangeOptions = {}): Promise<number> {
    const { store, clock, changed } = this.#services
    await this.#askAboutLetters('retry_dead_letters', filter, by)
    const at = new Date(clock.now()).toISOString()
    const count = await store.requestRetry(filter, at, this.#recordOfLetters('retry_dead_letters', filter, by))
    if (count > 0) changed()
    return count
  }

  async #discardDeadLetters(filter: DeadLetterFilter, by: SubscriptionChangeOptions = {}): Promise<number> {
    await this.#askAboutLetters('discard_dead_letters', filter, by)
    const changeOf = this.#recordOfLetters('discard_dead_letters', filter, by)
    return this.#services.store.discardDeadLetters(filter, changeOf)
  }

  async #askAboutLetters(kind: CommandName, filter: DeadLetterFilter, by: SubscriptionChangeOptions): Promise<void> {
    if (Object.values(filter).every((value) => value === undefined)) throw new DeadLetterFilterError(kind)
    await this.#ask(kind, filter.subscription ?? '*', by)
  }

  #recordOfLetters(kind: CommandName, filter: DeadLetterFilter, by: SubscriptionChangeOptions) {
    return (ids: readonly string[]) => this.#record(kind, filter.subscription ?? '*', by, { ids })
  }

  async #ask(kind: CommandName, name: string, by: SubscriptionChangeOptions): Promise<void> {
    assertAsked(`subscription.${kind}`, by)
    const { reason = '', actor = unnamedActor } = by
    await this.#services.hooks.ask('beforeCommand', {
      kind: `subscription.${kind}`,
      subject: { subscription: name },
      actor,
      reason,
    })
  }

  #record(
    kind: CommandName,
    name: string,
    by: SubscriptionChangeOptions,
    data: Record<string, unknown> = {},
  ): ChangeRecord {
    const { ids, clock } = this.#services
    return {
      ...{ id: ids.next(), subjectKind: 'subscription', subjectKey: name, taskId: null, entry: null, place: null },
      ...{ kind: `subscription.${kind}`, data, actor: by.actor ?? unnamedActor, reason: by.reason ?? '' },
      changedAt: new Date(clock.now()).toISOString(),
    }
  }

  async #after(name: string): Promise<Subscription> {
    this.#services.changed()
    return viewOfSubscription(await this.#require(name))
  }

  async #require(name: string): Promise<SubscriptionRow> {
    const rows = await this.#services.store.list()
    const row = rows.find((each) => each.name === name)
    if (row !== undefined) return row
    throw new SubscriptionNotFoundError(
      name,
      nearestName(
        name,
        rows.map((each) => each.name),
      ),
    )
  }
}

function askedFor(subscriber: string, { reason = '', actor = unnamedActor }: SubscriptionChangeOptions) {
  return { subscriber, reason, actor }
}

function placeText(place: LogPlace): string {
  return place instanceof Date ? place.toISOString() : place
}

type CommandName = SubscriptionCommandKind extends `subscription.${infer Name}` ? Name : never

/** Whether everything up to an entry was handled or given up. */
function hasPassed({ shards, heldTasks, requested }: SubscriptionRow, end: number): boolean {
  return heldTasks === 0 && requested === 0 && shards.every(({ logId, index }) => logId >= end && index === wholeEntry)
}

/** Whether a point comes before another one. */
function isBehind(one: LogPoint, other: LogPoint): boolean {
  return one.logId < other.logId || (one.logId === other.logId && one.index < other.index)
}

function ahead(name: string, { shards }: SubscriptionRow, from: LogPlace): SubscriptionPlaceError {
  const furthest = Math.max(...shards.map(({ logId }) => logId))
  return new SubscriptionPlaceError(name, {
    what: 'it has not come that far, so that there is nothing to deliver again',
    expected: `a place before entry ${furthest} of the log`,
    received: placeText(from),
    wayOut: 'To pass over events that were not delivered, skip them',
  })
}

function waitError(row: SubscriptionRow, timeoutMs: number): SubscriptionWaitError {
  const { name, pausedAt, lostAtMost, lagEntries, heldTasks } = row
  const details = { lagEntries, heldTasks }
  if (pausedAt !== null) return new SubscriptionWaitError(name, `it is paused since ${pausedAt}`, details)
  if (lostAtMost > 0) return new SubscriptionWaitError(name, 'it has fallen behind retention', details)
  return new SubscriptionWaitError(
    name,
    `after ${timeoutMs} ms it is up to ${lagEntries} entries behind, and ${heldTasks} tasks wait because an event of them failed`,
    details,
  )
}
