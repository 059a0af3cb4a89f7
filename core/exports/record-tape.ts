import type { ExportRecord } from '../contracts/exporter.js'
import type { RecordPage } from './record-source.js'

/**
 * The pages of one export, read once from the beginning to the end, by one file after another.
 *
 * `position` is that of the last page that was taken, and says up to where everything is exported once the files are written.
 */
export class RecordTape {
  readonly #pages: AsyncIterator<RecordPage>
  readonly #waiting: RecordPage[] = []
  #project: (page: readonly ExportRecord[]) => readonly ExportRecord[] = (page) => page
  #position: string | undefined
  #failure: { readonly error: unknown } | undefined
  /** Whether the last page that was taken is followed by others that belong to it. */
  #isWithin = false

  constructor(pages: AsyncIterable<RecordPage>) {
    this.#pages = pages[Symbol.asyncIterator]()
  }

  get position(): string | undefined {
    return this.#position
  }

  /** What reading failed with. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  /** What is made of the records of every page that is taken from now on. */
  set projection(project: (page: readonly ExportRecord[]) => readonly ExportRecord[]) {
    this.#project = project
  }

  /** The first records, at least `count` of them where there are so many; they stay on the tape. */
  async preview(count: number): Promise<{ readonly records: readonly ExportRecord[]; readonly isAll: boolean }> {
    let length = 0
    while (length < count) {
      const { done, value } = await this.#next()
      if (done === true) return { records: this.#waiting.flatMap(({ records }) => records), isAll: true }
      this.#waiting.push(value)
      length += value.records.length
    }
    return { records: this.#waiting.flatMap(({ records }) => records), isAll: false }
  }

  /** Whether there are records left. Pages without any are passed over. */
  async hasMore(): Promise<boolean> {
    for (;;) {
      const [next] = this.#waiting
      if (next === undefined) {
        const { done, value } = await this.#next()
        if (done === true) return false
        this.#waiting.push(value)
      } else if (next.records.length > 0) return true
      else this.#take(this.#waiting.shift()!)
    }
  }

  /**
   * Pages until the tape ends, or until `isFull` says so where it may be cut.
   *
   * @param staysTogether whether it may only be cut behind a page with a position
   */
  async *slice(isFull: () => boolean, staysTogether: boolean): AsyncGenerator<readonly ExportRecord[]> {
    let isBegun = false
    while (await this.hasMore()) {
      if (isBegun && isFull() && !(staysTogether && this.#isWithin)) return
      isBegun = true
      yield this.#take(this.#waiting.shift()!)
    }
  }

  /** Lets the source clean up. */
  async close(): Promise<void> {
    await this.#pages.return?.()
  }

  async #next(): Promise<IteratorResult<RecordPage>> {
    try {
      return await this.#pages.next()
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  #take({ records, position }: RecordPage): readonly ExportRecord[] {
    if (position !== undefined) this.#position = position
    this.#isWithin = position === undefined
    return this.#project(records)
  }
}
