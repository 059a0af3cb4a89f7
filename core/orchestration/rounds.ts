import type { Command } from '../contracts/task-request.js'
import type { ClaimLoop } from './claim-loop.js'
import type { CommandDelivery } from './command-delivery.js'
import type { OwnershipCheck } from './ownership-check.js'
import { PeriodicWork } from './periodic-work.js'
import type { RunnerServices } from './runner-services.js'
import type { Sweeper } from './sweeper.js'

/** The worker, as its rounds see it. */
export interface Rounder {
  readonly isRunning: boolean
  owns(taskId: string): boolean
  claimSoon(): Promise<void>
  applyWithoutOwner(command: Command): Promise<boolean>
}

export interface RoundParts {
  readonly claims: ClaimLoop
  readonly commands: CommandDelivery
  readonly ownership: OwnershipCheck
  readonly sweeper: Sweeper
}

/**
 * What a worker does again and again, whether or not anything has asked for it: looks for due tasks and commands, compares what
 * it owns with what it holds, and sweeps. A worker that drains goes on with it, and only takes up nothing more.
 */
export class Rounds {
  readonly #services: RunnerServices
  readonly #worker: Rounder
  readonly #parts: RoundParts
  readonly #works: readonly PeriodicWork[]

  constructor(services: RunnerServices, worker: Rounder, parts: RoundParts) {
    const { settings, log, databaseWatch } = services
    this.#services = services
    this.#worker = worker
    this.#parts = parts
    const periodic = (what: string, intervalMs: number, work: () => Promise<void>) =>
      new PeriodicWork(what, intervalMs, work, log, databaseWatch)
    this.#works = [
      periodic('looking for due tasks and commands', settings.pollIntervalMs, () => this.look()),
      periodic('comparing what it owns', Math.min(settings.leaseMs, settings.sweepIntervalMs), () => this.compare()),
      periodic('sweeping', settings.sweepIntervalMs, () => this.#sweep()),
    ]
  }

  start(): void {
    for (const work of this.#works) work.start()
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    await Promise.all(this.#works.map((work) => work.stop()))
  }

  async look(): Promise<void> {
    await this.#worker.claimSoon()
    const { claims, commands } = this.#parts
    // Claims come by here sooner or later, whoever asked for them: what fails again and again is told in one place.
    if (this.#worker.isRunning && claims.failure !== undefined) throw claims.failure
    await commands.look()
  }

  async compare(): Promise<void> {
    const strays = await this.#parts.ownership.look()
    this.#parts.sweeper.reportStrays(strays)
    if (strays.length > 0) void this.#worker.claimSoon()
  }

  /** Enforces what every unfinished task must have, and that no command stays unanswered. */
  async #sweep(): Promise<void> {
    if (!this.#worker.isRunning) return
    await this.#services.limits.look()
    if ((await this.#parts.sweeper.sweep()) > 0) void this.#worker.claimSoon()
    await this.#services.children.lookAtEnded()
    for (const command of await this.#services.store.orphanedCommands()) {
      if (!this.#worker.owns(command.taskId)) await this.#worker.applyWithoutOwner(command)
    }
  }
}
