import type { Client } from 'pg'
import type { Logger } from '../../contracts/logger.js'
import type { Listening, Signal, Signals } from '../../contracts/signals.js'
import { ChannelListeners, silence } from './channel-listeners.js'
import { ListeningClient } from './listening-client.js'

/** The delay before the next attempt to connect, in milliseconds: doubled from the first to the longest. */
const firstRetryMs = 50
const longestRetryMs = 5_000
/** Who waits for one answer often waits for more. */
const defaultLingerMs = 2_000
/** Most words that wait to be sent; what comes beyond while the database is away would be stale when it is back. */
const mostWaiting = 10_000

export interface NotifySignalsOptions {
  /** A client of the same database that is not connected yet. */
  newClient(): Client
  query(sql: string, values: readonly unknown[]): Promise<unknown>
  readonly log: Logger | undefined
  /** How long a connection stays that nobody listens by any more, in milliseconds. Default 2000. */
  readonly lingerMs?: number
}

/**
 * Signals by NOTIFY of a PostgreSQL server. One connection for the process listens, as long as anybody does; it is opened again,
 * with growing delays, whenever it is lost. Words are sent by the pool, all that wait at once.
 */
export class NotifySignals implements Signals {
  readonly reachesOtherProcesses = true
  readonly #options: NotifySignalsOptions
  readonly #listeners = new ChannelListeners()
  #client: ListeningClient | undefined
  #isConnecting = false
  #isClosed = false
  #hasBeenLost = false
  #retryMs = firstRetryMs
  #timer: NodeJS.Timeout | undefined
  /** Resolved, and replaced, each time a connection listens. */
  #opened = Promise.withResolvers<void>()
  #waiting: Signal[] = []
  #isSending = false

  constructor(options: NotifySignalsOptions) {
    this.#options = options
  }

  listen(channel: string, listener: (payload: string) => void, onGap?: () => void): Listening {
    if (this.#isClosed) return silence
    const remove = this.#listeners.add(channel, listener, onGap)
    clearTimeout(this.#timer)
    return { active: this.#activate(), stop: () => this.#stop(remove) }
  }

  send(signal: Signal): void {
    if (this.#isClosed || this.#waiting.length >= mostWaiting) return
    this.#waiting.push(signal)
    if (this.#isSending) return
    this.#isSending = true
    // What comes up in the same turn goes together.
    setImmediate(() => void this.#sendAll())
  }

  /** Ends the connection that listens; nothing is sent or heard any more. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#client?.end()
  }

  async #activate(): Promise<void> {
    if (this.#client === undefined) {
      this.#connect()
      await this.#opened.promise
    }
    // If that fails, the connection has ended, and the next one listens to all channels.
    await this.#client?.listenTo(this.#listeners.channels).catch(() => this.#opened.promise)
  }

  #stop(remove: () => boolean): void {
    if (!remove()) return
    this.#client?.listenTo(this.#listeners.channels).catch(() => undefined)
    this.#endIfIdle()
  }

  #endIfIdle(): void {
    if (this.#listeners.channels.length > 0 || this.#isClosed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#client?.end(), this.#options.lingerMs ?? defaultLingerMs)
    this.#timer.unref()
  }

  #connect(): void {
    if (this.#isConnecting || this.#isClosed) return
    this.#isConnecting = true
    const { newClient, log } = this.#options
    const client = new ListeningClient(newClient(), (channel, payload) => this.#listeners.tell(channel, payload))
    client
      .open()
      .then(() => client.listenTo(this.#listeners.channels))
      .then(
        () => this.#accept(client),
        (error) => {
          log?.debug({ err: error, retryInMs: this.#retryMs }, 'no connection to listen to other processes by')
          this.#retryLater()
        },
      )
  }

  #accept(client: ListeningClient): void {
    this.#isConnecting = false
    if (this.#isClosed) {
      client.end()
      return
    }
    this.#client = client
    this.#retryMs = firstRetryMs
    void client.ended.then(() => this.#lost(client))
    // What was asked for or given up while it connected.
    client.listenTo(this.#listeners.channels).catch(() => undefined)
    this.#opened.resolve()
    this.#opened = Promise.withResolvers()
    if (this.#hasBeenLost) this.#listeners.tellGap()
    this.#hasBeenLost = false
    this.#endIfIdle()
  }

  #lost(client: ListeningClient): void {
    if (this.#client !== client) return
    this.#client = undefined
    if (this.#isClosed || this.#listeners.channels.length === 0) return
    this.#hasBeenLost = true
    this.#options.log?.debug({}, 'the connection that listens to other processes was lost; it is opened again')
    this.#retryLater()
  }

  #retryLater(): void {
    this.#isConnecting = false
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#client === undefined && this.#listeners.channels.length > 0) this.#connect()
    }, this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const signals = this.#waiting.splice(0)
      const values = [signals.map(({ channel }) => channel), signals.map(({ payload }) => payload)]
      const sql = 'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as signal(channel, payload)'
      await this.#options.query(sql, values).catch((error) => {
        this.#options.log?.debug({ err: error, signals: signals.length }, 'words to other processes were lost')
      })
    }
    this.#isSending = false
  }
}
