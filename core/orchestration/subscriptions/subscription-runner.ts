import type { ChangeRecord } from '../../contracts/changes.js'
import type { Listening, Signals } from '../../contracts/signals.js'
import type { SubscriberDefinition } from '../../contracts/subscriber.js'
import type { SubscriptionRow } from '../../contracts/subscription-store.js'
import { DatabaseRetry } from '../database-retry.js'
import { engineActor } from '../engine-actor.js'
import { PeriodicWork } from '../periodic-work.js'
import { SoleLook } from '../sole-look.js'
import type { SubscriptionServices } from './subscription-services.js'
import { SubscriptionWorker } from './subscription-worker.js'

/** How often it looks how subscriptions stand: a dead worker's shards are taken over so long after its lease has ended, at most. */
const lookIntervalMs = 1_000
/** How often it says that it is there. */
const seenIntervalMs = 20_000
/** How long handlers may take to their end when a worker stops, beyond what it takes to catch up. */
const endLimitMs = 5_000

export interface SubscriptionRunnerServices extends Omit<SubscriptionServices, 'changed'> {
  readonly signals: Signals
  readonly schema: string
}

/** The durable subscribers of this worker: shares their shards with the other workers that have them, and delivers. */
export class SubscriptionRunner {
  readonly #services: SubscriptionRunnerServices
  readonly #channel: string
  readonly #subscribers = new Map<string, SubscriberDefinition>()
  readonly #workers = new Map<string, SubscriptionWorker>()
  /** By name: what is being done about it, or last in line. */
  readonly #turns = new Map<string, Promise<void>>()
  readonly #looks: PeriodicWork
  readonly #retry: DatabaseRetry
  #listening: Listening | undefined
  #isRunning = false
  #seenAt = Number.NEGATIVE_INFINITY
  readonly #look = new SoleLook(
    () => this.#lookOnce(),
    () => this.#isRunning,
  )
  #rows: readonly SubscriptionRow[] = []

  constructor(services: SubscriptionRunnerServices) {
    const { log, databaseWatch, schema } = services
    this.#services = services
    this.#retry = new DatabaseRetry(databaseWatch)
    this.#channel = `tasker:subscriptions:${schema}`.slice(0, 63)
    this.#looks = new PeriodicWork('sharing subscriptions', lookIntervalMs, () => this.look(), log, databaseWatch)
  }

  /** How the subscriptions of this worker stood at the last look. */
  get rows(): readonly SubscriptionRow[] {
    return this.#rows
  }

  /** Whether handlers are being called, or are about to. */
  get isBusy(): boolean {
    return [...this.#workers.values()].some(({ isBusy }) => isBusy)
  }

  /** How often handlers have been called. */
  get calls(): number {
    return [...this.#workers.values()].reduce((sum, { calls }) => sum + calls, 0)
  }

  /** Has a subscriber delivered to, from now on or from the start on. A name that is there already goes to the new one. */
  add(subscriber: SubscriberDefinition): void {
    const { name } = subscriber
    this.#subscribers.set(name, subscriber)
    if (!this.#isRunning) return
    this.#inTurn(name, `durable subscriber ${name} could not begin`, async () => {
      if (this.#subscribers.get(name) !== subscriber) return
      await this.#end(name)
      await this.#retry.until(`the beginning of ${name}`, () => this.#declare(subscriber))
      if (!this.#isRunning) return
      this.#begin(subscriber)
      this.lookSoon()
    })
  }

  /** Delivers to it no more; its subscription stays in the database. */
  remove(name: string): void {
    this.#subscribers.delete(name)
    const failed = `shards of ${name} could not be given back; others take them when our lease ends`
    this.#inTurn(name, failed, () => this.#end(name))
  }

  /** Makes what is new in the database. Call it before anything that subscribers are to hear of is done. */
  async declare(): Promise<void> {
    for (const subscriber of this.#subscribers.values()) await this.#declare(subscriber)
  }

  /** Begins to deliver. The worker must be registered. */
  async start(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    const look = () => this.lookSoon()
    for (const subscriber of this.#subscribers.values()) this.#begin(subscriber)
    this.#listening = this.#services.signals.listen(this.#channel, look, look)
    if (this.#workers.size > 0) await this.look()
    this.#looks.start()
  }

  /** Catches up where nobody else would, hands over to others, and resolves when nothing is under way. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#listening?.stop()
    this.#retry.abandon()
    await this.#looks.stop()
    await this.#look.current?.catch(() => undefined)
    await Promise.all(this.#turns.values())
    const { drainTimeoutMs } = this.#services.defaults
    const deadline = performance.now() + drainTimeoutMs
    await Promise.all([...this.#workers.values()].map((worker) => this.#finish(worker, deadline)))
    this.#workers.clear()
  }

  /**
   * Resolves when what is in the log has been delivered, and how far that came is written down; what failed waits for its time. Gives up at
   * the deadline, in milliseconds of `performance.now()`.
   */
  async delivered(deadline: number): Promise<void> {
    const workers = [...this.#workers.values()]
    // Shards of a worker that was lost are taken at the next look.
    if (workers.some(({ hasShards }) => !hasShards)) await this.look()
    await Promise.all(workers.map((worker) => worker.catchUp(deadline)))
    await this.flush()
  }

  /** Writes down how far all are. */
  async flush(): Promise<void> {
    for (const worker of this.#workers.values()) await worker.flush()
  }

  /** Ceases at once; `isLost`: as if the process had died. */
  halt(isLost = false): void {
    this.#isRunning = false
    this.#retry.abandon()
    this.#listening?.stop()
    void this.#looks.stop()
    for (const worker of this.#workers.values()) isLost ? worker.abandon() : worker.halt()
  }

  /** Tells all workers that something about subscriptions is worth a look, this one first. */
  changed(): void {
    this.#services.signals.send({ channel: this.#channel, payload: '' })
    this.lookSoon()
  }

  /** Looks without delay. Never throws. */
  lookSoon(): void {
    if (!this.#isRunning) return
    this.look().catch((error) =>
      this.#services.log.debug({ err: error }, 'sharing subscriptions failed; it is tried again'),
    )
  }

  /** Looks how the subscriptions stand, and acts on it. */
  look(): Promise<void> {
    return this.#look.take()
  }

  async #lookOnce(): Promise<void> {
    if (this.#workers.size === 0) return
    const { store, workerId, pulse } = this.#services
    const isSeen = performance.now() - this.#seenAt >= seenIntervalMs
    this.#rows = await store.attend([...this.#workers.keys()], workerId, isSeen)
    if (isSeen) this.#seenAt = performance.now()
    pulse.setAttendedElsewhere(this.#rows.some(({ workers }) => workers.some((id) => id !== workerId)))
    for (const row of this.#rows) await this.#workers.get(row.name)?.attend(row)
    const known = new Set(this.#rows.map(({ name }) => name))
    for (const worker of this.#workers.values()) if (!known.has(worker.name)) await this.#beginAnew(worker)
  }

  /** Somebody has removed its subscription. */
  async #beginAnew({ name, subscriber }: SubscriptionWorker): Promise<void> {
    this.#services.log.warn(
      { subscriber: name },
      `the subscription of ${name} was removed; it begins anew, because this worker has it`,
    )
    await this.#declare(subscriber)
    this.#look.again()
  }

  /** What is done about one name is done in order: a new one begins when the old one has given everything back. */
  #inTurn(name: string, failed: string, work: () => Promise<void>): void {
    const turn = (this.#turns.get(name) ?? Promise.resolve())
      .then(work)
      .catch((error) => this.#services.log.error({ err: error, subscriber: name }, failed))
    this.#turns.set(name, turn)
  }

  async #end(name: string): Promise<void> {
    const worker = this.#workers.get(name)
    this.#workers.delete(name)
    if (worker === undefined) return
    // We live on, so that nobody would take what is not given back.
    await this.#stop(worker, performance.now() + endLimitMs, (leave) => this.#retry.until(`the end of ${name}`, leave))
  }

  #begin(subscriber: SubscriberDefinition): void {
    const services = { ...this.#services, changed: () => this.changed() }
    this.#workers.set(subscriber.name, new SubscriptionWorker(subscriber, services))
    this.#seenAt = Number.NEGATIVE_INFINITY
  }

  #declare(subscriber: SubscriberDefinition): Promise<void> {
    const { store, workerId, ids, clock, defaults } = this.#services
    const { name, from = 'now', transactional = false, shards = defaults.shards } = subscriber
    const change: ChangeRecord = {
      ...{ id: ids.next(), subjectKind: 'subscription', subjectKey: name, taskId: null, entry: null, place: null },
      ...{ kind: 'subscription.create', data: { from, shards }, actor: engineActor },
      ...{ reason: 'a worker has this durable subscriber', changedAt: new Date(clock.now()).toISOString() },
    }
    const { expireAfterMs } = defaults
    return store.declare(
      { name, shardCount: shards, isTransactional: transactional, from, expireAfterMs },
      workerId,
      change,
    )
  }

  /** The last one that has it delivers what there is, so that a program that ends has told of all that it did. */
  async #finish(worker: SubscriptionWorker, deadline: number): Promise<void> {
    const { workerId } = this.#services
    const row = this.#rows.find(({ name }) => name === worker.name)
    const isAlone = row === undefined || row.workers.every((id) => id === workerId)
    if (isAlone) await worker.catchUp(deadline)
    await this.#stop(worker, Math.max(deadline, performance.now() + endLimitMs)).catch((error) =>
      this.#services.log.warn(
        { err: error },
        `the shards of ${worker.name} could not be given back; others take them when our lease ends`,
      ),
    )
  }

  async #stop(
    worker: SubscriptionWorker,
    deadline: number,
    carryOut = (leave: () => Promise<void>) => leave(),
  ): Promise<void> {
    await worker.stop(deadline)
    await worker.flush()
    await carryOut(() => this.#services.store.leave([worker.name], this.#services.workerId))
    this.#services.signals.send({ channel: this.#channel, payload: '' })
  }
}
