import type { Logger } from '../../contracts/logger.js'
import type { Listening, Signals } from '../../contracts/signals.js'
import type { SubscriptionStore } from '../../contracts/subscription-store.js'

/** How long it holds what was found out about whether anybody listens, in milliseconds. */
const knownMs = 10_000
/** Others are told at most once in so many milliseconds: one word stands for all commits of that time. */
const tellIntervalMs = 4

interface Services {
  readonly signals: Signals
  readonly store: Pick<SubscriptionStore, 'isAnyAttended'>
  /** Of the tables: the log of another schema is none of ours. */
  readonly schema: string
  readonly log: Logger
}

/**
 * Tells those who deliver the log that it has grown: in this process at once, and in others by a signal, where others deliver. It only says
 * that it is worth looking; whoever delivers looks from time to time without it.
 */
export class LogPulse {
  readonly #services: Services
  readonly #channel: string
  readonly #listeners = new Set<() => void>()
  #listening: Listening | undefined
  #isPlanned = false
  #isAttended = false
  #askedAt = Number.NEGATIVE_INFINITY
  #toldAt = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(services: Services) {
    this.#services = services
    this.#channel = `tasker:log:${services.schema}`.slice(0, 63)
  }

  /** This process has written to the log. Costs next to nothing. */
  grown(): void {
    if (this.#isPlanned || this.#isClosed) return
    this.#isPlanned = true
    setImmediate(() => {
      this.#isPlanned = false
      this.#tellHere()
      this.#tellOthers()
    })
  }

  /** Calls the listener when the log has grown, here or elsewhere, until the returned function is called. */
  onGrowth(listener: () => void): () => void {
    this.#listeners.add(listener)
    this.#listening ??= this.#services.signals.listen(
      this.#channel,
      () => this.#tellHere(),
      () => this.#tellHere(),
    )
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#listening?.stop()
      this.#listening = undefined
    }
  }

  /** What is known of others that deliver. */
  setAttendedElsewhere(isAttended: boolean): void {
    this.#isAttended = isAttended
    this.#askedAt = performance.now()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#listening?.stop()
  }

  #tellHere(): void {
    for (const listener of this.#listeners) listener()
  }

  #tellOthers(): void {
    const { signals } = this.#services
    if (this.#isClosed || !signals.reachesOtherProcesses || this.#timer !== undefined) return
    this.#ask()
    if (!this.#isAttended) return
    const waitMs = this.#toldAt + tellIntervalMs - performance.now()
    if (waitMs <= 0) this.#send()
    else this.#timer = setTimeout(() => this.#send(), waitMs)
  }

  #send(): void {
    this.#timer = undefined
    this.#toldAt = performance.now()
    this.#services.signals.send({ channel: this.#channel, payload: '' })
  }

  /** Whoever delivers himself knows from his own looks; others ask now and then, when they write. */
  #ask(): void {
    if (performance.now() - this.#askedAt < knownMs) return
    this.#askedAt = performance.now()
    this.#services.store.isAnyAttended().then(
      (isAttended) => {
        this.#isAttended = isAttended
        if (isAttended && !this.#isClosed) this.#send()
      },
      (error) => this.#services.log.debug({ err: error }, 'it is not known whether anybody delivers the log'),
    )
  }
}
