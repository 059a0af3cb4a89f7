import type { Transaction } from '../../contracts/transaction.js'
import { TransactionControlError, TransactionEndedError } from '../../errors/subscription-errors.js'

/** How statements begin that begin or end a transaction, behind white space and comments; savepoints are no such. */
const control =
  /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(begin|start\s+transaction|commit|end|rollback(?!(\s+(?:work|transaction))?\s+to\b)|abort|prepare\s+transaction)\b/i

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
    const [, statement] = control.exec(sql) ?? []
    if (statement !== undefined) return this.#refuse(new TransactionControlError(this.#subscriber, statement))
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

  /** As the server would: whoever swallows it has not done what he meant. */
  #refuse(error: Error): Promise<never> {
    this.#failure ??= { error }
    return Promise.reject(error)
  }
}
