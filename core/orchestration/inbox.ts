import type { Command } from '../contracts/task-request.js'
import type { TaskerError } from '../errors/tasker-error.js'
import type { TaskView } from '../workflow/task-record.js'
import type { AttemptOutcome } from './step-attempt.js'

/** Something that came up for a run and waits for its next commit. */
export type InboxItem =
  | { readonly kind: 'ended'; readonly outcome: AttemptOutcome; readonly waitMs: number }
  | {
      readonly kind: 'command'
      readonly command: Command
      /** The database refused what the command brings: it is only answered. */
      readonly refusal?: TaskerError
    }
  | { readonly kind: 'refused_by_hook'; readonly stepName: string; readonly error: unknown }
  | {
      /** The child task of a step is there. */
      readonly kind: 'child_begun'
      readonly stepName: string
      readonly attempt: number
      /** As it was found, if it was there before. */
      readonly child: TaskView | undefined
    }
  | {
      readonly kind: 'child_ended'
      readonly command: Command
      readonly childTaskId: string
      /** Undefined if it is not there any more. */
      readonly child: TaskView | undefined
    }

/**
 * What came up for a run, in order. Normally all of it goes into the next commit; after the database has refused one, what was
 * in it goes one by one, so that the bad item stands alone and the others are not lost with it.
 */
export class Inbox {
  readonly #items: InboxItem[] = []
  #taken: readonly InboxItem[] = []
  /** How many items at the front go one by one. */
  #single = 0

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  push(item: InboxItem): void {
    this.#items.push(item)
  }

  /** The items for the next commit. */
  take(): readonly InboxItem[] {
    const count = this.#single > 0 ? 1 : this.#items.length
    if (this.#single > 0) this.#single -= 1
    this.#taken = this.#items.splice(0, count)
    return this.#taken
  }

  /** The items of the last commit go again, one by one; a single one is given back as the one to blame. */
  returnTaken(): InboxItem | undefined {
    const [only, ...others] = this.#taken
    this.#taken = []
    if (only === undefined) return undefined
    if (others.length === 0) return only
    this.#items.unshift(only, ...others)
    this.#single += 1 + others.length
    return undefined
  }
}
