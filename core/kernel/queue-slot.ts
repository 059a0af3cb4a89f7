import type { Queue, WakeListener, WakeUp } from '../contracts/queue.js'
import type { Transaction } from '../contracts/transaction.js'
import { QueueFailedError, QueueRefusedError } from '../errors/queue-errors.js'

interface Provided {
  readonly queue: Queue
  /** The plugin that brings it. */
  readonly owner: string
  readonly isDefault: boolean
}

const members = { name: 'string', isTransactional: 'boolean', wake: 'function', start: 'function', stop: 'function' }

/**
 * The queue of one kernel, as its engine knows it from the start: behind it stands the queue of the process until the plugins are
 * set up, and from then on the one that a plugin has provided, if there is one.
 */
export class QueueSlot implements Queue {
  readonly #isFixed: boolean
  #queue: Queue
  #provided: Provided | undefined
  #isSettled = false

  /** @param isFixed the program has chosen: what plugins provide is not used */
  constructor(queue: Queue, isFixed: boolean) {
    this.#queue = queue
    this.#isFixed = isFixed
  }

  get name(): string {
    return this.#queue.name
  }

  get isTransactional(): boolean {
    return this.#queue.isTransactional
  }

  /** Takes the queue of a plugin; a default one gives way to another. Throws {@link QueueRefusedError}. */
  provide(queue: Queue, owner: string, { asDefault = false }: { readonly asDefault?: boolean } = {}): void {
    const missing = Object.entries(members).filter(([member, type]) => typeof queue?.[member as keyof Queue] !== type)
    if (missing.length > 0) {
      const expected = missing.map(([member, type]) => `\`${member}\`, a ${type}`).join(', ')
      throw new QueueRefusedError(owner, { what: 'it is no queue', expected })
    }
    if (this.#isSettled)
      throw new QueueRefusedError(owner, { what: 'the queue was chosen when the plugins were set up' })
    const other = this.#provided
    if (other !== undefined && !other.isDefault && !asDefault)
      throw new QueueRefusedError(owner, { what: `plugin ${other.owner} provides ${other.queue.name} already` })
    if (other === undefined || other.isDefault) this.#provided = { queue, owner, isDefault: asDefault }
  }

  /** Takes back what a plugin provided that was switched off before the queue was chosen. */
  withdraw(owner: string): void {
    if (this.#provided?.owner === owner && !this.#isSettled) this.#provided = undefined
  }

  /** Chooses, and makes ready what was chosen. Throws {@link QueueFailedError}. */
  async settle(): Promise<void> {
    this.#isSettled = true
    if (this.#isFixed || this.#provided === undefined) return
    const { queue, owner } = this.#provided
    try {
      await queue.open?.()
    } catch (error) {
      throw new QueueFailedError(queue.name, owner, error)
    }
    this.#queue = queue
  }

  wake(transaction: Transaction | undefined, wakeUps: readonly WakeUp[]): Promise<void> {
    return this.#queue.wake(transaction, wakeUps)
  }

  start(listener: WakeListener, kinds: () => readonly string[]): Promise<void> {
    return this.#queue.start(listener, kinds)
  }

  stop(): Promise<void> {
    return this.#queue.stop()
  }
}
