import type { Clock } from '../../contracts/clock.js'
import type { RandomSource } from '../../contracts/id-source.js'
import { type LimitStore, unknownSystem } from '../../contracts/limits.js'
import type { Logger } from '../../contracts/logger.js'
import type { Mailbox } from '../mailbox.js'
import type { OrchestrationSettings } from '../settings.js'
import { SystemGate } from './system-gate.js'

export interface SystemLimitsServices {
  readonly store: LimitStore
  readonly mailbox: Mailbox
  readonly clock: Clock
  readonly log: Logger
  readonly random: RandomSource
  readonly settings: OrchestrationSettings
}

/**
 * The limits of the systems that steps call, as this worker keeps them: a gate for each that has a limit or has asked for a pause. Of
 * all other systems nothing is known here, and nothing is asked.
 */
export class SystemLimits {
  readonly #services: SystemLimitsServices
  readonly #gates = new Map<string, SystemGate>()
  readonly #roomListeners: (() => void)[] = []
  #heldRuns = 0
  #isStopped = false

  constructor(services: SystemLimitsServices) {
    this.#services = services
    for (const [system, { rate, concurrency }] of Object.entries(services.settings.dependentSystems))
      if (rate !== undefined || concurrency !== undefined) this.#open(system)
    services.mailbox.on('limit', ({ system }) => this.#hear(system))
    // What fails is tried again with the next sweep.
    services.mailbox.onGap(() => void this.look().catch(() => undefined))
  }

  /** The gate to a system; undefined if steps may call it as they like. */
  gateOf(system: string): SystemGate | undefined {
    return this.#gates.get(system)
  }

  /** How many runs here wait for limits only. */
  get heldRuns(): number {
    return this.#heldRuns
  }

  /** The places that they do not take of running tasks: as many again may wait so. */
  get freePlaces(): number {
    return Math.min(this.#heldRuns, this.#services.settings.concurrentTasks)
  }

  /** Whether the database is being asked for permits. */
  get isAsking(): boolean {
    for (const gate of this.#gates.values()) if (gate.isAsking) return true
    return false
  }

  /** Whether calls of admitted steps wait for the time of their permits. */
  get isStarting(): boolean {
    for (const gate of this.#gates.values()) if (gate.isStarting) return true
    return false
  }

  noteHeld(change: 1 | -1): void {
    this.#heldRuns += change
    if (change === 1) for (const listener of this.#roomListeners) listener()
  }

  /** Calls the listener when a run has come to wait for limits only. */
  onHeld(listener: () => void): void {
    this.#roomListeners.push(listener)
  }

  /**
   * A call of a system was answered with the wish to be left alone for a while: all steps of all workers heed it, until then or as long
   * as the longest backoff.
   *
   * @param begunAt when the call began
   */
  heed(system: string, delayMs: number, begunAt: number): void {
    const { dependentSystems, backoff } = this.#services.settings
    const settings = dependentSystems[system]
    if (system === unknownSystem || settings?.shareRetryAfter === false || this.#isStopped) return
    const boundedMs = Math.min(Math.round(delayMs), settings?.backoff?.maxMs ?? backoff.maxMs)
    if (boundedMs > 0) this.#open(system).block(boundedMs, begunAt)
  }

  /** Looks which systems have asked for a pause while nobody told. */
  async look(): Promise<void> {
    const { store, clock } = this.#services
    for (const system of await store.heldSystems(clock.now())) if (!this.#gates.has(system)) this.#hear(system)
  }

  /** Nothing is granted any more. */
  halt(): void {
    this.#isStopped = true
    for (const gate of this.#gates.values()) gate.stop()
  }

  /** Gives back all that this worker holds. */
  async stop(workerId: string): Promise<void> {
    this.halt()
    const gates = [...this.#gates.values()]
    await Promise.all(gates.map((gate) => gate.settled()))
    if (!gates.some(({ isKnown }) => isKnown)) return
    const { store, mailbox } = this.#services
    for (const waiting of await store.leaveSystems(workerId))
      mailbox.send(waiting.workerId, { kind: 'limit', system: waiting.system })
  }

  #hear(system: string): void {
    if (!this.#isStopped) this.#open(system).ask()
  }

  #open(system: string): SystemGate {
    const known = this.#gates.get(system)
    if (known !== undefined) return known
    const { store, clock, log, random, settings, mailbox } = this.#services
    const gate = new SystemGate(system, settings.dependentSystems[system] ?? {}, {
      store,
      clock,
      log,
      workerId: mailbox.id,
      random: () => random.next(),
      keptTasks: () => this.#keptTasks,
      tell: (workers) => {
        for (const worker of workers) mailbox.send(worker, { kind: 'limit', system })
      },
      onIdle: (idle) => this.#close(idle),
    })
    this.#gates.set(system, gate)
    return gate
  }

  #close(gate: SystemGate): void {
    if (this.#gates.get(gate.system) !== gate) return
    this.#gates.delete(gate.system)
    gate.stop()
  }

  /** The gates that anybody waits at share what this worker keeps. */
  get #keptTasks(): number {
    let inUse = 0
    for (const gate of this.#gates.values()) if (gate.waiting > 0) inUse += 1
    return Math.floor(this.#services.settings.concurrentTasks / Math.max(1, inUse))
  }
}
