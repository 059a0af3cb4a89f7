import type { Transaction } from '../../contracts/transaction.js'
import { TransactionEndedError } from '../../errors/subscription-errors.js'

/**
 * What a handler of a transactional subscriber gets as `event.tx`: the transaction that moves its cursor, for as long as it handles this
 * event. A statement that is refused fails the event, also where the handler swallows the error, because its transaction is lost.
 */
export class SubscriberTransaction implements Transaction {
  readonly #transaction: Transaction
  readonly #subscriber: string
  readonly #pending = new Set<Promise<unknown>>()
  #failure: { readonly error: unknown } | undefined
  #isClosed = false

  constructor(transaction: Transaction, subscriber: string) {
    this.#transaction = transaction
    this.#subscriber = subscriber
  }

  query<Row = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.#isClosed) return Promise.reject(new TransactionEndedError(this.#subscriber))
    const result = this.#transaction.query<Row>(sql, values)
    this.#pending.add(result)
    result.then(
      () => this.#pending.delete(result),
      (error: unknown) => {
        this.#pending.delete(result)
        this.#failure ??= { error }
      },
    )
    return result
  }

  /** Resolves when every statement has been answered, awaited or not. Throws what one was refused for. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  close(): void {
    this.#isClosed = true
  }
}
