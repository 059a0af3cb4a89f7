import type { BulkItem, BulkOptions, BulkReport } from '../../contracts/bulk.js'
import type { Page, PageOf } from '../../contracts/page.js'
import type { CommandKind } from '../../contracts/task-request.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import { isDatabaseAway } from '../database-watch.js'

/** Most of a page: a command takes some milliseconds, in which others may come and go. */
const pageSize = 200
/** How many commands are under way at once: as many as keep a few connections busy, and leave some to the workers. */
const concurrency = 8

/** Something that a command is for, before it is done. */
export type BulkTarget = Omit<BulkItem, 'outcome' | 'error'>

export interface BulkWork {
  readonly kind: CommandKind
  /** The next page of what fits the filter. It goes by when tasks were created: what is done to one moves none. */
  list(page: Page): Promise<PageOf<BulkTarget>>
  act(target: BulkTarget): Promise<unknown>
}

/**
 * Does the same to all that fits a filter, page by page, some at once; each is a command of its own, with its own answer. What is created
 * after the first page was read is left alone.
 */
export async function runBulk(work: BulkWork, options: BulkOptions): Promise<BulkReport> {
  return new BulkRun(work, options).run()
}

class BulkRun {
  readonly #work: BulkWork
  readonly #options: BulkOptions
  readonly #items: BulkItem[] = []
  #done = 0
  #refused = 0
  #isStopped = false

  constructor(work: BulkWork, options: BulkOptions) {
    this.#work = work
    this.#options = options
  }

  async run(): Promise<BulkReport> {
    const { dryRun = false } = this.#options
    let after: string | undefined
    do {
      const { items, next } = await this.#work.list({ limit: pageSize, ...(after === undefined ? {} : { after }) })
      const first = this.#items.length
      this.#items.push(...items.map((target): BulkItem => ({ ...target, outcome: 'planned' })))
      if (dryRun) this.#options.onProgress?.(this.#progress)
      else await this.#actOn(first)
      after = next
    } while (after !== undefined && !this.#isOver)
    const isWhole = after === undefined && (dryRun || this.#done + this.#refused === this.#items.length)
    return { kind: this.#work.kind, isDryRun: dryRun, isWhole, ...this.#progress, items: this.#items }
  }

  /** Those from this place on. */
  async #actOn(first: number): Promise<void> {
    let next = first
    const lane = async (): Promise<void> => {
      while (next < this.#items.length && !this.#isOver) {
        const place = next++
        this.#items[place] = await this.#outcomeOf(this.#items[place]!)
        this.#options.onProgress?.(this.#progress)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, lane))
  }

  async #outcomeOf(item: BulkItem): Promise<BulkItem> {
    try {
      await this.#work.act(item)
      this.#done += 1
      return { ...item, outcome: 'done' }
    } catch (error) {
      if (!isTaskerError(error)) throw error
      // All others would wait for it as well, one after the other.
      if (isDatabaseAway(error)) this.#isStopped = true
      this.#refused += 1
      return { ...item, outcome: 'refused', error: { code: error.code, message: error.message } }
    }
  }

  get #isOver(): boolean {
    return this.#isStopped || this.#options.signal?.aborted === true
  }

  get #progress() {
    return { matched: this.#items.length, done: this.#done, refused: this.#refused }
  }
}
