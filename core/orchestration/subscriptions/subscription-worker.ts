import type { SubscriberDefinition } from '../../contracts/subscriber.js'
import type { OwnedShard, SubscriptionRow } from '../../contracts/subscription-store.js'
import { SubscriptionBehindError } from '../../errors/subscription-errors.js'
import { subscriptionEvents } from '../../events/subscription-events.js'
import { DeliveryCounters } from './delivery-counters.js'
import type { DeliveryParts } from './delivery-parts.js'
import { DeliveryPump } from './delivery-pump.js'
import { durableSettingsOf } from './durable-settings.js'
import { EventCaller } from './event-caller.js'
import { HeldLanes } from './held-lanes.js'
import { ProgressWriter } from './progress-writer.js'
import { ShardCursor } from './shard-cursor.js'
import { shardMoves } from './shard-share.js'
import { StreamedDelivery } from './streamed-delivery.js'
import type { SubscriptionServices } from './subscription-services.js'
import { TransactionalDelivery } from './transactional-delivery.js'

/** Dead letters that are delivered again at once. */
const mostRevived = 100
/** One that is asked for still after so long was not delivered, for whatever reason. */
const longestRevivalMs = 120_000
const settleLookMs = 5

/** One durable subscriber in this worker: the shards that it holds of it, and their delivery. */
export class SubscriptionWorker {
  readonly name: string
  readonly subscriber: SubscriberDefinition
  readonly #services: SubscriptionServices
  readonly #parts: DeliveryParts
  readonly #delivery: StreamedDelivery | TransactionalDelivery
  readonly #pump: DeliveryPump
  readonly #stopListening: () => void
  /** Dead letters that are being delivered again, by request → since when. */
  readonly #reviving = new Map<string, number>()
  #toldBehind = false
  #toldShards = false
  #isStopped = false

  constructor(subscriber: SubscriberDefinition, services: SubscriptionServices) {
    const { name } = subscriber
    const { store, clock, ids, random, metrics, databaseWatch, defaults, announce } = services
    this.name = name
    this.subscriber = subscriber
    this.#services = services
    const log = services.log.child({ subscriber: name })
    const settings = durableSettingsOf(subscriber, defaults)
    const cursors = new Map<number, ShardCursor>()
    const held = new HeldLanes(clock, (lane) => {
      if (cursors.get(lane.shard)?.isLeaving === true) held.free(lane.lane)
      else this.#delivery.retry(lane)
    })
    const progress = new ProgressWriter({
      ...{ name, store, cursors },
      watched: databaseWatch.watch(`cursors of ${name}`),
      onLost: (cursor) => this.#lose(cursor),
      onError: (error) => log.warn({ err: error }, `how far ${name} is could not be written down; it is tried again`),
    })
    const caller = new EventCaller(subscriber, settings.timeoutMs, clock, log)
    const counters = new DeliveryCounters(name, metrics)
    this.#parts = {
      name,
      settings,
      store,
      caller,
      cursors,
      held,
      progress,
      counters,
      clock,
      ids,
      random,
      log,
      announce,
      lose: (cursor) => this.#lose(cursor),
    }
    this.#delivery = settings.isTransactional
      ? new TransactionalDelivery(this.#parts)
      : new StreamedDelivery(this.#parts)
    this.#pump = new DeliveryPump(this.#parts, this.#delivery, databaseWatch.watch(`deliveries to ${name}`))
    this.#stopListening = services.pulse.onGrowth(() => this.#pump.look())
  }

  /** Acts on how the subscription stands: takes and gives shards, and delivers again what was asked for. */
  async attend(row: SubscriptionRow): Promise<void> {
    if (this.#isStopped) return
    const { cursors, counters } = this.#parts
    counters.measure(row)
    this.#tell(row)
    this.#pump.shardCount = row.shards.length
    for (const { shard, epoch } of row.shards) {
      const cursor = cursors.get(shard)
      if (cursor !== undefined && cursor.epoch !== epoch) this.#lose(cursor)
    }
    const held = [...cursors.values()].filter(({ isLeaving }) => !isLeaving).map(({ shard }) => shard)
    const { take, give } = shardMoves(row, this.#services.workerId, held)
    for (const shard of give) cursors.get(shard)!.isLeaving = true
    await this.#giveBack()
    if (take > 0) await this.#claim(take)
    await this.#giveBackStrays(row)
    if (row.requested > 0) await this.#reviveRequested()
  }

  /** Delivers what is in the log now and was not yet; gives up at the deadline, in milliseconds of `performance.now()`. */
  async catchUp(deadline: number): Promise<void> {
    const before = this.#pump.endsSeen
    this.#pump.look()
    while (performance.now() < deadline && this.hasShards && !this.#isStopped) {
      if (this.#pump.endsSeen > before && this.#pump.isAtEnd && !this.isBusy) return
      await new Promise((resolve) => setTimeout(resolve, settleLookMs))
    }
  }

  /** Hands out nothing more, waits for what is under way until the deadline, and writes down how far it came. */
  async stop(deadline: number): Promise<void> {
    this.#isStopped = true
    this.#stopListening()
    const ended = this.#pump.stop()
    for (const cursor of this.#parts.cursors.values()) cursor.isLeaving = true
    while (performance.now() < deadline && this.isBusy)
      await new Promise((resolve) => setTimeout(resolve, settleLookMs))
    this.halt()
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, settleLookMs).unref())])
  }

  /** Writes down how far it is. */
  flush(): Promise<void> {
    return this.#parts.progress.flush()
  }

  /** Begins nothing more, at once. */
  halt(): void {
    this.#isStopped = true
    this.#stopListening()
    this.#delivery.halt()
    this.#parts.held.halt()
    void this.#pump.stop()
  }

  /** The process is lost, as far as the database knows: not even what was done is written down. */
  abandon(): void {
    this.halt()
    this.#parts.progress.halt()
  }

  /** Whether handlers are being called, or are about to. */
  get isBusy(): boolean {
    return this.#delivery.inFlight > 0 || this.#parts.held.isBusy
  }

  /** How often handlers have been called. */
  get calls(): number {
    return this.#parts.caller.calls
  }

  /** Whether it has a part in the delivery. */
  get hasShards(): boolean {
    return this.#parts.cursors.size > 0
  }

  async #claim(most: number): Promise<void> {
    const { cursors, store, held, name, log } = this.#parts
    // Those that are leaving are still ours until they are given back.
    const claimed = await store.claimShards(name, this.#services.workerId, most, [...cursors.keys()])
    if (claimed.length === 0) return
    const shards = claimed.map(({ shard }) => shard)
    const lanes = await store.heldLanes(name, shards)
    if (this.#isStopped) {
      await store.releaseShards(name, claimed)
      return
    }
    for (const lane of lanes) held.hold(lane)
    for (const row of claimed) cursors.set(row.shard, new ShardCursor(row))
    log.debug({ shards }, `delivers ${shards.length} shards of ${name}`)
    this.#pump.start()
    this.#pump.look()
  }

  /** Shards that are to go to others, and of which nothing is under way any more. */
  async #giveBack(): Promise<void> {
    const { cursors, held, progress, store, name } = this.#parts
    const leaving = [...cursors.values()].filter(({ isLeaving }) => isLeaving)
    for (const { shard } of leaving) held.forget(shard, true)
    const ready = leaving.filter(({ inFlight, shard }) => inFlight === 0 && !held.isTrying(shard))
    if (ready.length === 0) return
    await progress.flush()
    const owned: OwnedShard[] = ready.map(({ shard, epoch }) => ({ shard, epoch }))
    for (const cursor of ready) this.#lose(cursor)
    await store.releaseShards(name, owned)
    this.#services.changed()
  }

  /**
   * Shards that are ours in the table and of which we know nothing, beyond our share: the answer to a claim of them was lost. Nobody else
   * would take them while we live.
   */
  async #giveBackStrays({ shards }: SubscriptionRow): Promise<void> {
    const { cursors, store, name, log } = this.#parts
    const { workerId } = this.#services
    const strays = shards.filter((shard) => shard.workerId === workerId && !cursors.has(shard.shard))
    if (strays.length === 0) return
    log.debug({ shards: strays.map(({ shard }) => shard) }, `gives back shards of ${name} that it does not know`)
    // One that was claimed again just now has another epoch.
    await store.releaseShards(name, strays)
    this.#services.changed()
  }

  #lose(cursor: ShardCursor): void {
    const { cursors, held, progress } = this.#parts
    cursor.isLost = true
    if (cursors.get(cursor.shard) === cursor) {
      cursors.delete(cursor.shard)
      held.forget(cursor.shard)
      progress.draft.forget(cursor.shard)
    }
    this.#pump.look()
  }

  async #reviveRequested(): Promise<void> {
    const { cursors, store, name } = this.#parts
    const letters = await store.requestedDeadLetters(name, [...cursors.keys()], mostRevived)
    const now = performance.now()
    for (const [key, since] of this.#reviving) if (now - since > longestRevivalMs) this.#reviving.delete(key)
    for (const letter of letters) {
      const key = `${letter.id} ${letter.retryRequestedAt}`
      if (this.#reviving.has(key)) continue
      this.#reviving.set(key, now)
      this.#delivery.revive(letter)
    }
  }

  #tell({ lostAtMost, shards }: SubscriptionRow): void {
    const { log, settings, name } = this.#parts
    if (lostAtMost > 0 && !this.#toldBehind) {
      const error = new SubscriptionBehindError(name, lostAtMost)
      log.error({ err: error }, error.message)
      this.#parts.announce(subscriptionEvents.fellBehind, { subscriber: name, lostAtMost })
    }
    this.#toldBehind = lostAtMost > 0
    if (shards.length !== settings.shards && !this.#toldShards) {
      this.#toldShards = true
      const wayOut = 'remove the subscription to begin anew with another number'
      log.warn(
        { declared: settings.shards, stored: shards.length },
        `${name} has ${shards.length} shards, as it was begun with; ${wayOut}`,
      )
    }
  }
}
