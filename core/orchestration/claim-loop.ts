import type { ClaimedTask, ClaimRequest } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import type { RunnerServices } from './runner-services.js'
import type { ServedTasks } from './served-tasks.js'
import { unbegunSteps } from './unbegun-steps.js'

/** Most tasks that one claim takes: a larger one holds more row locks for longer, and leaves less to others that are woken with it. */
const maxClaim = 50

/**
 * How long a busy worker lets free places add up before it claims for them, in milliseconds: a claim of twenty tasks costs little more
 * than one of a single task.
 */
const refillDelayMs = 10

/** How often a claim also looks for what no live worker serves: that waits anyway, and to see it the others are to be looked at. */
const unservedIntervalMs = 1_000

export interface ClaimerPorts {
  readonly served: ServedTasks
  /** How many more tasks the worker may own now; 0 while it claims nothing. */
  room(): number
  /** Makes sure that others take the worker for alive: else they would take over what it claims. */
  revive(): Promise<void>
  adopt(claimed: ClaimedTask): void
}

/** Claims what is due as far as there is room, one claim after the other. */
export class ClaimLoop {
  readonly #services: RunnerServices
  readonly #ports: ClaimerPorts
  #current: Promise<void> | undefined
  /** The claim that begins when the one under way has returned. */
  #next: Promise<void> | undefined
  /** Whether more may be due than the last claim had room for. */
  #hasBacklog = true
  #refill: NodeJS.Timeout | undefined
  #failure: unknown
  #lookedForUnserved = { clock: Number.NEGATIVE_INFINITY, real: Number.NEGATIVE_INFINITY }

  constructor(services: RunnerServices, ports: ClaimerPorts) {
    this.#services = services
    this.#ports = ports
  }

  get isClaiming(): boolean {
    return this.#current !== undefined || this.#next !== undefined || this.#refill !== undefined
  }

  /** Why the last claim failed. */
  get failure(): unknown {
    return this.#failure
  }

  readonly #stepsOf = (task: TaskRecord) => unbegunSteps(task, this.#services.findDefinition(task))

  /** Resolves when a claim that began after this call has returned. Never throws. */
  claimSoon(): Promise<void> {
    if (!this.#current) return this.#begin()
    // A claim under way may have passed over what this call is about.
    this.#next ??= this.#current.then(() => {
      this.#next = undefined
      return this.#current ?? this.#begin()
    })
    return this.#next
  }

  /** Tells that there are tasks for which there was no room. */
  noteBacklog(): void {
    this.#hasBacklog = true
  }

  /** Claims for places that have come free: at once if they are many, else with those that come free soon after. */
  refill(): void {
    if (!this.#hasBacklog || this.isClaiming) return
    if (this.#ports.room() * 4 >= this.#services.settings.concurrentTasks) {
      void this.claimSoon()
      return
    }
    this.#refill = setTimeout(() => {
      this.#refill = undefined
      void this.claimSoon()
    }, refillDelayMs)
  }

  /** Resolves when no claim is under way. */
  async ended(): Promise<void> {
    clearTimeout(this.#refill)
    this.#refill = undefined
    while (this.#current) await this.#current
  }

  #begin(): Promise<void> {
    this.#failure = undefined
    const claiming = this.#claim()
      .catch((error) => {
        this.#failure = error
      })
      .finally(() => {
        this.#current = undefined
      })
    this.#current = claiming
    return claiming
  }

  /** By the clock or by real time: a virtual clock may stand still, or may be moved by hours in a moment. */
  #isTimeForUnserved(): boolean {
    const now = { clock: this.#services.clock.monotonic(), real: performance.now() }
    const last = this.#lookedForUnserved
    const isTime = now.clock - last.clock >= unservedIntervalMs || now.real - last.real >= unservedIntervalMs
    if (isTime) this.#lookedForUnserved = now
    return isTime
  }

  async #claim(): Promise<void> {
    const { store, workerId, clock } = this.#services
    for (let room = this.#ports.room(); room > 0; room = this.#ports.room()) {
      await this.#ports.revive()
      const limit = Math.min(room, maxClaim)
      const now = new Date(clock.now()).toISOString()
      const takesUnserved = this.#isTimeForUnserved()
      const serves = this.#ports.served.serving
      const request: ClaimRequest = { workerId, now, limit, serves, takesUnserved, stepsOf: this.#stepsOf }
      // What finds no room while the claim is under way is behind it.
      this.#hasBacklog = false
      const claimed = await store.claimDue(request)
      for (const task of claimed) this.#ports.adopt(task)
      if (claimed.length < limit) return
      this.#hasBacklog = true
    }
  }
}
