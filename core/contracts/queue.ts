import type { Transaction } from './transaction.js'

/** One wish to be woken. */
export interface WakeUp {
  readonly taskId: string
  /** When to look at the task, ISO 8601: the time by which a claim finds it due. */
  readonly runAt: string
  /** What the task is, as `namespace.name@version`: only a worker that serves this kind can claim it. */
  readonly kind: string
  /** The task's priority: where not all can be served at once, higher ones go first. Default 0. */
  readonly priority?: number
}

/**
 * Claims what is due, as far as there is room. The promise resolves when the claim that it set off has returned, or at once where
 * there is nothing to be done: then the wake-up has served its purpose and can be forgotten.
 */
export type WakeListener = () => Promise<void>

/**
 * Wake-ups for tasks: the port behind which a queueing system stands. A queue holds no state. A wake-up may be lost or doubled,
 * and one may stand for several that are due at once, because whoever is woken claims all that is due and that it has room for:
 * the tasks table is the truth, and looking at it from time to time makes up for a lost one.
 *
 * An implementation passes `queueConformance` of `tasker/testing`.
 */
export interface Queue {
  /** How events and logs call it: `memory`, `graphile-worker`. */
  readonly name: string
  /**
   * Whether `wake` takes part in a transaction of Tasker's database: then wake-ups are asked for in the transaction of the state
   * that asks for them, and are there if and only if that state is. Otherwise they are asked for when it is committed.
   */
  readonly isTransactional: boolean
  /**
   * Makes ready what `wake` needs (tables, a connection). Called once, before anything else, and only on the queue that is used.
   * What it throws ends the boot.
   */
  open?(): Promise<void>
  /**
   * Asks that somebody looks at each of these tasks at its time. One call for everything that one commit asks for, however much
   * that is: it should cost few round trips. Rejects if it could not be done.
   *
   * @param transaction given where the queue is transactional and there is one; undefined asks for its own, at once
   */
  wake(transaction: Transaction | undefined, wakeUps: readonly WakeUp[]): Promise<void>
  /**
   * Begins to call the listener, not before a wake-up's time, and soon after it. A listener that rejects does not stop it.
   *
   * @param kinds what this worker serves, asked again now and then because it changes: a queue that can tell kinds apart leaves
   *   other wake-ups to other workers; one that cannot calls for all
   */
  start(listener: WakeListener, kinds: () => readonly string[]): Promise<void>
  /**
   * Ceases to call the listener; resolves soon, whether or not anything answers. It may be started again, and `wake` goes on
   * working: what a stopping worker gives back is to wake others.
   */
  stop(): Promise<void>
}
