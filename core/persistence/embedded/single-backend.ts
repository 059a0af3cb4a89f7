import type { PGlite } from '@electric-sql/pglite'
import { admitMessage, mayOpenBatch, ReadyWatch, ROLLBACK, refusal, SYNC } from './client-messages.js'

/** The part of PGlite that pglite-socket calls. */
export type SocketDatabase = Pick<PGlite, 'waitReady' | 'isInTransaction' | 'runExclusive' | 'exec'> & {
  execProtocolRawStream(message: Uint8Array, options: RawStreamOptions): Promise<void>
}

interface RawStreamOptions {
  readonly onRawData: (data: Uint8Array) => void
}

/**
 * Stands between pglite-socket and PGlite, because all connections share one backend and pglite-socket 0.2.17 hands it
 * their messages one by one. All of this was seen with it alone:
 *
 * - It keeps a transaction together, but not the Parse, Bind, Execute, Sync of one query outside a transaction. Messages
 *   of two waiting clients interleave and bind to each other's statement (76 of 102 queries failed with two clients
 *   in transactions and four outside). Here an open batch counts as a transaction, so that it waits for its Sync.
 * - A client that leaves in the middle of a batch would have left the backend skipping everybody's messages.
 * - One rejected message stops its queue for good: this never rejects.
 * - A malformed start-up packet, a message of an unknown type or COPY FROM STDIN ends or hangs the backend for all:
 *   see client-messages.ts.
 * - When the backend is lost (a stack overflow in WebAssembly, say) every client waits for ever: here a query that ends
 *   without ReadyForQuery is reported to `onLost`.
 *
 * What remains of one backend: transactions wait for each other, session settings, temporary tables, session-level
 * advisory locks and the names of prepared statements are shared and outlive a connection, NOTIFY does not reach other
 * connections, a cancel request has no effect, and start-up parameters of a client are ignored.
 */
export class SingleBackend implements SocketDatabase {
  /** pglite-socket waits for this before it listens; we listen first, and let the messages wait. */
  readonly waitReady: Promise<void> = Promise.resolve()
  readonly #opened: Promise<PGlite>
  readonly #onLost: (cause: unknown) => void
  #database: PGlite | undefined
  #isBatchOpen = false
  #isLost = false

  constructor(opened: Promise<PGlite>, onLost: (cause: unknown) => void) {
    this.#opened = opened
    this.#onLost = onLost
  }

  /** Whether the last client must be served on before any other. */
  isInTransaction(): boolean {
    return this.#isBatchOpen || (this.#database?.isInTransaction() ?? false)
  }

  async runExclusive<T>(work: () => Promise<T>): Promise<T> {
    this.#database ??= await this.#opened
    return work()
  }

  async execProtocolRawStream(message: Uint8Array, { onRawData }: RawStreamOptions): Promise<void> {
    const admitted = admitMessage(message)
    if (admitted === undefined) onRawData(refusal(`message of type ${message[0]} not supported`))
    else await this.#execute(admitted, onRawData)
  }

  /** Called by pglite-socket when the client that holds the backend has gone, to roll back. */
  async exec(): Promise<[]> {
    await this.rollback()
    return []
  }

  /** Ends whatever batch and transaction is open. */
  async rollback(): Promise<void> {
    if (this.#isBatchOpen) await this.#execute(SYNC, () => {})
    if (this.#database?.isInTransaction()) await this.#execute(ROLLBACK, () => {})
  }

  async #execute(message: Uint8Array, onRawData: (data: Uint8Array) => void): Promise<void> {
    if (this.#isLost || this.#database === undefined) return onRawData(refusal('the embedded database has ended'))
    const wasBatchOpen = this.#isBatchOpen
    const output = new ReadyWatch()
    try {
      await this.#database.execProtocolRawStream(message, {
        onRawData: (data) => {
          output.observe(data)
          onRawData(data)
        },
      })
    } catch (error) {
      this.#lose(error)
    }
    const { isReady } = output
    this.#isBatchOpen = !isReady && (wasBatchOpen || mayOpenBatch(message))
    // After an error in a batch the backend skips a simple query as well, without a word, until Sync.
    if (!isReady && mustAnswerReady(message, wasBatchOpen)) this.#lose(new Error('it stopped answering'))
  }

  #lose(cause: unknown): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#onLost(cause)
  }
}

function mustAnswerReady(message: Uint8Array, wasBatchOpen: boolean): boolean {
  const type = message[0]
  return type === 0 || type === SYNC[0] || (type === ROLLBACK[0] && !wasBatchOpen)
}
