import type { ExportProgress } from '../contracts/exporter.js'
import { parsePosition } from '../workflow/log-position.js'
import type { Extent } from './record-source.js'

/** Tells how far an export has come: by the number of its records, or by where in the log it is. */
export class ProgressTeller {
  readonly #tell: (records: number, progress: ExportProgress) => void
  readonly #extent: Extent
  #first: number | undefined

  /** @param from position at which the reading begins */
  constructor(tell: (records: number, progress: ExportProgress) => void, extent: Extent, from: string | undefined) {
    this.#tell = tell
    this.#extent = extent
    this.#first = entryOf(from)
  }

  tell(records: number, bytes: number, position: string | undefined): void {
    const share = this.#shareOf(records, position)
    this.#tell(records, { records, bytes, ...(share === undefined ? {} : { share: Math.min(1, Math.max(0, share)) }) })
  }

  #shareOf(records: number, position: string | undefined): number | undefined {
    const { records: all, end } = this.#extent
    if (all !== undefined) return all === 0 ? 1 : records / all
    const [at, last] = [entryOf(position), entryOf(end)]
    if (at === undefined || last === undefined) return undefined
    this.#first ??= at - 1
    return last <= this.#first ? 1 : (at - this.#first) / (last - this.#first)
  }
}

function entryOf(position: string | undefined): number | undefined {
  const parsed = position === undefined ? undefined : parsePosition(position)
  return parsed === undefined ? undefined : Number(parsed.logId)
}
