import type { ExportRecord, ExportRecords } from '../contracts/exporter.js'
import { RecordsReadTwiceError } from '../errors/export-errors.js'

/** The records of one export as its exporter sees them: counted, stopped by the signal, and read only once. */
export class RecordReader implements ExportRecords {
  readonly #pages: AsyncIterable<readonly ExportRecord[]>
  readonly #source: string
  readonly #signal: AbortSignal
  #isRead = false
  #isExhausted = false
  #records = 0
  #failure: { readonly error: unknown } | undefined

  constructor(pages: AsyncIterable<readonly ExportRecord[]>, source: string, signal: AbortSignal) {
    this.#pages = pages
    this.#source = source
    this.#signal = signal
  }

  /** How many the exporter has taken. */
  get records(): number {
    return this.#records
  }

  /** Whether the exporter has read to the end. */
  get isExhausted(): boolean {
    return this.#isExhausted
  }

  /** What reading failed with: not the exporter's fault, whatever it makes of it. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  async *pages(): AsyncGenerator<readonly ExportRecord[]> {
    for await (const page of this.#read()) {
      this.#records += page.length
      yield page
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ExportRecord> {
    for await (const page of this.#read()) {
      for (const record of page) {
        this.#records++
        yield record
      }
    }
  }

  async *#read(): AsyncGenerator<readonly ExportRecord[]> {
    if (this.#isRead) throw new RecordsReadTwiceError(this.#source)
    this.#isRead = true
    const iterator = this.#pages[Symbol.asyncIterator]()
    try {
      for (;;) {
        this.#signal.throwIfAborted()
        const result = await this.#next(iterator)
        if (result.done) {
          this.#isExhausted = true
          return
        }
        if (result.value.length > 0) yield result.value
      }
    } finally {
      await iterator.return?.()
    }
  }

  async #next(iterator: AsyncIterator<readonly ExportRecord[]>): Promise<IteratorResult<readonly ExportRecord[]>> {
    try {
      return await iterator.next()
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }
}
