import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../contracts/clock.js'
import type { CursorClaim, ExportCursorStore, ExportPart, HeldCursor } from '../contracts/export-cursors.js'
import { ExportHeldError, ExportTakenOverError } from '../errors/export-errors.js'

/** How often a run that waits for another one to end or to fall silent looks again. */
const waitStepMs = 50

export interface HoldPorts {
  readonly store: ExportCursorStore
  readonly clock: Pick<Clock, 'now'>
  readonly leaseMs: number
}

/**
 * One run of an incremental export: the only one of that name, as long as it says now and then that it lives. Whatever it writes is
 * refused once another run has taken over, so that a process which stood still does no harm.
 *
 * The lease is measured by the clock of the database and renewed by a timer of the process: the Clock may be virtual.
 */
export class ExportHold {
  readonly #ports: HoldPorts
  readonly #name: string
  readonly #holder: string
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  #cursor: HeldCursor

  private constructor(ports: HoldPorts, { name, holder }: CursorClaim, cursor: HeldCursor) {
    this.#ports = ports
    this.#name = name
    this.#holder = holder
    this.#cursor = cursor
    this.#timer = setInterval(() => void this.#keep(), Math.max(1, Math.floor(ports.leaseMs / 3)))
    this.#timer.unref()
  }

  /**
   * Waits for a run that has just been killed to count as gone.
   *
   * @throws ExportHeldError if another run is alive
   */
  static async take(
    ports: HoldPorts,
    claim: Omit<CursorClaim, 'leaseMs' | 'now'>,
    signal: AbortSignal,
  ): Promise<ExportHold> {
    const { store, clock, leaseMs } = ports
    const beganAt = performance.now()
    for (;;) {
      signal.throwIfAborted()
      const whole = { ...claim, leaseMs, now: new Date(clock.now()).toISOString() }
      const cursor = await store.holdExport(whole)
      if (cursor !== undefined) return new ExportHold(ports, whole, cursor)
      const waitedMs = Math.round(performance.now() - beganAt)
      // Whoever lives has renewed its lease within this time.
      if (waitedMs > leaseMs + 1_000) throw new ExportHeldError(claim.name, waitedMs)
      await sleep(waitStepMs, undefined, { signal })
    }
  }

  get name(): string {
    return this.#name
  }

  /** How far the export was when it was taken, and when what was left half done had been ended. */
  get cursor(): HeldCursor {
    return this.#cursor
  }

  /** Fires when another run has taken over. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Has somebody end what a run before has left between announcing a file and noting that it has its name. */
  async completeLeftPart(complete: (part: ExportPart) => Promise<void>): Promise<void> {
    const { part, files, records } = this.#cursor
    if (part === null) return
    await complete(part)
    const { position } = part
    this.#cursor = { ...this.#cursor, part: null, position, files: files + 1, records: records + part.records }
  }

  /** Says that it lives. @throws ExportTakenOverError, here and below */
  async confirm(): Promise<void> {
    this.#check(await this.#ports.store.keepExport(this.#name, this.#holder))
  }

  async announce(part: ExportPart): Promise<void> {
    this.#check(await this.#ports.store.announcePart(this.#name, this.#holder, part))
  }

  async settle(): Promise<void> {
    const now = new Date(this.#ports.clock.now()).toISOString()
    this.#check(await this.#ports.store.settlePart(this.#name, this.#holder, now))
  }

  async advance(position: string): Promise<void> {
    this.#check(await this.#ports.store.advanceExport(this.#name, this.#holder, position))
  }

  /** The next run need not wait. Does not reject: if the database is away, the lease ends by itself. */
  async release(): Promise<void> {
    clearInterval(this.#timer)
    await this.#ports.store.releaseExport(this.#name, this.#holder).catch(() => undefined)
  }

  /** A database that does not answer is no reason to give up: what is written last decides. */
  async #keep(): Promise<void> {
    const isHeld = await this.#ports.store.keepExport(this.#name, this.#holder).catch(() => true)
    if (!isHeld) this.#lost.abort(new ExportTakenOverError(this.#name))
  }

  #check(isHeld: boolean): void {
    if (!isHeld) throw new ExportTakenOverError(this.#name)
  }
}
