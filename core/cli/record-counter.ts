import type { OutputStream } from './terminal.js'

/** Most often, a count is written once in this time, in milliseconds. */
const redrawMs = 100

/** Counts on a line of its own while something long runs; writes nothing where nobody looks. */
export interface RecordCounter extends Disposable {
  readonly show: (records: number) => void
}

export function recordCounter(stream: OutputStream): RecordCounter {
  let drawnAt = Number.NEGATIVE_INFINITY
  let isDrawn = false
  const show = (records: number): void => {
    if (stream.isTTY !== true || performance.now() - drawnAt < redrawMs) return
    drawnAt = performance.now()
    isDrawn = true
    stream.write(`\r${records.toLocaleString('en')} records\u001b[K`)
  }
  const clear = (): void => {
    if (isDrawn) stream.write('\r\u001b[K')
    isDrawn = false
  }
  return { show, [Symbol.dispose]: clear }
}
