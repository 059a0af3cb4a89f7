import type { Clock, Timer } from '../../contracts/clock.js'
import type { DependentSystemSettings, LimitStore, PermitReply, PermitRequest } from '../../contracts/limits.js'
import type { Logger } from '../../contracts/logger.js'
import { BegunCalls } from './begun-calls.js'
import { CallTimes } from './call-times.js'
import { admittedAheadMs, intervalOf, latestUseMs, startRuleOf } from './pace.js'
import { type Turns, turnsOf } from './turns.js'
import { type Waiter, WaitingLine } from './waiting-line.js'

/** How often a worker asks again that waits for what another one gives back, in milliseconds of real time: words may be lost. */
const askAgainMs = 500
/** A pause that ends so much later than the one that is known is none of its own, in milliseconds. */
const sameBlockMs = 50
/** Pauses before asking again where the database did not answer, in milliseconds of real time. */
const failedMs = 250

export interface GateServices {
  readonly store: LimitStore
  readonly clock: Clock
  readonly log: Logger
  readonly workerId: string
  /** A number from 0 up to 1. */
  random(): number
  /** How many waiting tasks a gate may keep in this worker. */
  keptTasks(): number
  /** Others wait for what this worker has given back, or are to know of a pause. */
  tell(workers: readonly string[]): void
  /** Neither a limit nor a pause is left, nobody waits and nothing is held: it is not needed. */
  onIdle(gate: SystemGate): void
}

/** The place of an admitted step among the calls of a system. */
export interface Permit {
  /** Has the call begin, as soon as it may. */
  begin(call: () => void): void
  /** The call has ended, or will not be made. */
  giveBack(): void
}

/**
 * The way of this worker's steps to one system. Permits are drawn for as many as want to call it, a little ahead, each with the time from
 * which on it may be used. A step is admitted shortly before a permit's time, so that its attempt is committed by then; its call begins
 * at that time. Those that are late, because the process or the database was busy, do not come too close to each other.
 */
export class SystemGate {
  readonly system: string
  readonly #settings: DependentSystemSettings
  readonly #services: GateServices
  readonly #line = new WaitingLine()
  readonly #times: CallTimes
  readonly #begun = new BegunCalls()
  /** Calls that begin with the next permits. */
  readonly #starts: (() => void)[] = []
  /** When the permits that are at hand may be used, in milliseconds since 1970; the earliest first. */
  #permits: number[] = []
  /** Steps that have been admitted, or may be, and whose calls have not begun. */
  #unbegun = 0
  #running = 0
  #blockedUntil = 0
  #retryAt = 0
  /** What the database is to be told of a pause. */
  #block: { readonly delayMs: number; readonly begunAt: number } | undefined
  /** Counts the pauses that began here. */
  #blocks = 0
  #isKnown = false
  #reply: PermitReply | undefined
  #timer: Timer | undefined
  #askAgain: NodeJS.Timeout | undefined
  #asking: Promise<void> | undefined
  #isPumpPlanned = false
  /** Something has come up that the database is to be told. */
  #hasNews = false
  #isClosed = false

  constructor(system: string, settings: DependentSystemSettings, services: GateServices) {
    this.system = system
    this.#settings = settings
    this.#services = services
    this.#times = new CallTimes(services.clock)
  }

  /** Whether the database is being asked, or is about to be. */
  get isAsking(): boolean {
    return this.#asking !== undefined || this.#isPumpPlanned
  }

  /** Whether calls of admitted steps wait for nothing but the time of their permits, which is near. */
  get isStarting(): boolean {
    return this.#starts.length > 0 && this.#timer !== undefined
  }

  /** Whether the database has been told that something is held or waited for. */
  get isKnown(): boolean {
    return this.#isKnown
  }

  get waiting(): number {
    return this.#line.length
  }

  /** Puts a step in line. */
  enter(waiter: Waiter): void {
    this.#line.add(waiter)
    this.#planPump()
  }

  leave(waiter: Waiter): void {
    if (!this.#line.delete(waiter)) return
    // What is kept for it may be what others wait for.
    if (this.#settings.concurrency !== undefined) this.#hasNews = true
    this.#planPump()
  }

  /** A step that was let through is admitted. */
  take(): Permit {
    let state: 'admitted' | 'starting' | 'running' | 'over' = 'admitted'
    let end = (): void => undefined
    let start = (): void => undefined
    const leaveStarts = (): void => {
      const index = this.#starts.indexOf(start)
      if (index !== -1) this.#starts.splice(index, 1)
      this.#unbegun -= 1
    }
    return {
      begin: (call) => {
        start = () => {
          state = 'running'
          end = this.#times.begin()
          call()
        }
        state = 'starting'
        this.#starts.push(start)
        this.#planPump()
      },
      giveBack: () => {
        if (state === 'over') return
        if (state === 'running') this.#release(end)
        else leaveStarts()
        state = 'over'
        this.#planPump()
      },
    }
  }

  /** A step that was let through cannot be admitted now. */
  returnUnused(): void {
    this.#unbegun -= 1
    this.#planPump()
  }

  /**
   * The system has asked for a pause: what is at hand does not hold any more, here at once and elsewhere as soon as it is told.
   *
   * @param begunAt when the call began that was answered so
   */
  block(delayMs: number, begunAt: number): void {
    const until = this.#services.clock.now() + delayMs
    // Calls that were under way together are all answered so: one tells the others.
    if (until <= this.#blockedUntil + sameBlockMs) return
    this.#blockedUntil = until
    this.#block = { delayMs, begunAt }
    this.#blocks += 1
    this.#hasNews = true
    this.#permits = []
    this.#planPump()
  }

  /** Something has changed elsewhere. */
  ask(): void {
    this.#hasNews = true
    this.#planPump()
  }

  /** Nothing begins any more. */
  stop(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    clearTimeout(this.#askAgain)
  }

  /** Resolves when the database is not being asked. */
  async settled(): Promise<void> {
    while (this.#asking) await this.#asking
  }

  #release(end: () => void): void {
    this.#running -= 1
    end()
    if (this.#settings.concurrency !== undefined) this.#hasNews = true
  }

  get #isIdle(): boolean {
    return this.#line.length + this.#unbegun + this.#running + this.#permits.length === 0
  }

  /** How many permits more could be used. */
  get #wanted(): number {
    return Math.max(0, this.#unbegun + this.#line.length - this.#permits.length)
  }

  /** What comes up in one turn of the event loop is one question. */
  #planPump(): void {
    if (this.#isPumpPlanned || this.#isClosed) return
    this.#isPumpPlanned = true
    setImmediate(() => {
      this.#isPumpPlanned = false
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#isClosed) return
    const now = this.#services.clock.now()
    this.#timer?.cancel()
    this.#timer = undefined
    this.#dropPermits(now)
    const next = Math.min(this.#beginCalls(now), this.#letThrough(now))
    const wanted = this.#wanted
    if (this.#asking === undefined) this.#askIfNeeded(now, wanted)
    const nextAsk = wanted > 0 && this.#retryAt > now ? this.#retryAt : Number.POSITIVE_INFINITY
    const delayMs = Math.min(next, nextAsk) - now
    if (Number.isFinite(delayMs)) this.#timer = this.#services.clock.setTimer(() => this.#pump(), Math.max(0, delayMs))
    this.#endIfIdle()
  }

  /** Those that are too late, and those that nobody is left to use. */
  #dropPermits(now: number): void {
    const before = this.#permits.length
    const oldest = now - latestUseMs(this.#settings, this.#reply)
    while (this.#permits.length > 0 && this.#permits[0]! < oldest) this.#permits.shift()
    this.#permits.length = Math.min(this.#permits.length, this.#unbegun + this.#line.length)
    if (this.#permits.length < before && this.#settings.concurrency !== undefined) this.#hasNews = true
  }

  /** Gives when the next one may begin. */
  #beginCalls(now: number): number {
    const rule = startRuleOf(this.#settings, this.#reply)
    while (this.#starts.length > 0 && this.#permits.length > 0) {
      const at = Math.max(this.#permits[0]!, this.#begun.nextAt(now, rule))
      if (at > now) return at
      this.#permits.shift()
      if (rule.windowMs > 0 || rule.gapMs > 0) this.#begun.add(now)
      this.#unbegun -= 1
      this.#running += 1
      this.#starts.shift()!()
    }
    return Number.POSITIVE_INFINITY
  }

  /** Has steps admitted whose permits may soon be used; gives when the next one may be. */
  #letThrough(now: number): number {
    while (this.#line.length > 0 && this.#permits.length > this.#unbegun) {
      const admitAt = this.#permits[this.#unbegun]! - admittedAheadMs
      if (admitAt > now) return admitAt
      this.#unbegun += 1
      this.#line.shift()!.grant()
    }
    return Number.POSITIVE_INFINITY
  }

  #askIfNeeded(now: number, wanted: number): void {
    const isTime = wanted > 0 && (now >= this.#retryAt || this.#line.idleBeyond(this.#turns.kept).length > 0)
    if (!isTime && !this.#hasNews) {
      if (wanted > 0 || (this.#isKnown && this.#isIdle)) this.#askLater(askAgainMs)
      return
    }
    this.#hasNews = false
    clearTimeout(this.#askAgain)
    this.#askAgain = undefined
    this.#asking = this.#ask(now, wanted).finally(() => {
      this.#asking = undefined
      this.#planPump()
    })
  }

  /** In case that nothing else does: what is waited for comes back elsewhere, or here nobody comes any more. */
  #askLater(delayMs: number): void {
    if (this.#askAgain !== undefined || this.#isClosed) return
    this.#askAgain = setTimeout(() => {
      this.#askAgain = undefined
      if (this.#wanted > 0 || this.#isIdle || this.#block !== undefined) this.#hasNews = true
      this.#pump()
    }, delayMs)
    this.#askAgain.unref()
  }

  async #ask(now: number, wanted: number): Promise<void> {
    const { store, workerId, log, tell } = this.#services
    const block = this.#block
    this.#block = undefined
    const blocks = this.#blocks
    try {
      if (block !== undefined) tell((await store.blockSystem({ system: this.system, workerId, now, ...block })).workers)
      const turns = this.#turns
      const request = this.#request(now, wanted, turns)
      const reply = await store.drawPermits(request)
      this.#isKnown = request.held + wanted > 0
      if (blocks === this.#blocks) this.#take(reply, wanted)
      // What was given does not hold: the system has asked for a pause since the question was put.
      else this.#hasNews = true
      if (request.turns > 0) this.#park(turns, reply, request)
      // Only then: those who are told for nothing would tell each other, again and again.
      if (reply.roomLeft > 0) tell(reply.waitingWorkers)
    } catch (error) {
      log.debug({ err: error, system: this.system }, 'permits could not be drawn; it is tried again')
      this.#block ??= block
      this.#retryAt = Number.POSITIVE_INFINITY
      this.#askLater(failedMs)
    }
  }

  #request(now: number, wanted: number, { kept, intervalMs, firstMs }: Turns): PermitRequest {
    const { concurrency, rate } = this.#settings
    return {
      system: this.system,
      workerId: this.#services.workerId,
      now,
      held: this.#running + this.#permits.length,
      wanted,
      ...(rate === undefined ? {} : { intervalMs: intervalOf(rate), burst: rate.burst ?? 1 }),
      ...(concurrency === undefined ? {} : { concurrency }),
      turns: this.#line.idleBeyond(kept).length,
      turnIntervalMs: intervalMs,
      firstTurnMs: firstMs,
    }
  }

  /** @param asked for how many it was asked: those that have come since are not refused */
  #take(reply: PermitReply, asked: number): void {
    const { granted, firstAt, intervalMs, retryAt, blockedUntil } = reply
    this.#reply = reply
    for (let index = 0; index < granted; index++) this.#permits.push(firstAt + index * intervalMs)
    this.#blockedUntil = blockedUntil ?? 0
    this.#retryAt = retryAt ?? (granted < asked ? Number.POSITIVE_INFINITY : 0)
  }

  /** Those far behind wait without an owner. */
  #park(turns: Turns, { turns: given, firstTurnAt, turnIntervalMs }: PermitReply, request: PermitRequest): void {
    for (const [index, waiter] of this.#line.idleBeyond(turns.kept).slice(0, request.turns).entries()) {
      const turnAt = index < given ? firstTurnAt + index * turnIntervalMs : undefined
      waiter.park(turns.dueAt(turnAt, request.now, this.#services.random()))
    }
  }

  get #turns(): Turns {
    return turnsOf(this.#settings, this.#reply, this.#times.averageMs, this.#services.keptTasks())
  }

  #endIfIdle(): void {
    if (!this.#isIdle || this.isAsking || this.#hasNews || this.#isKnown) return
    const { rate, concurrency } = this.#settings
    if (rate !== undefined || concurrency !== undefined || this.#blockedUntil > this.#services.clock.now()) return
    if (this.#reply !== undefined && !this.#reply.isPaced) this.#services.onIdle(this)
  }
}
