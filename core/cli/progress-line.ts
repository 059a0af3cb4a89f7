import type { OutputStream } from './terminal.js'

/** Most often, it is written once in this time, in milliseconds. */
const redrawMs = 100

/** Says on a line of its own how far something long has come; writes nothing where nobody looks. */
export interface ProgressLine extends Disposable {
  readonly show: (text: () => string) => void
}

export function progressLine(stream: OutputStream): ProgressLine {
  let drawnAt = Number.NEGATIVE_INFINITY
  let isDrawn = false
  const show = (text: () => string): void => {
    if (stream.isTTY !== true || performance.now() - drawnAt < redrawMs) return
    drawnAt = performance.now()
    isDrawn = true
    stream.write(`\r${text()}\u001b[K`)
  }
  const clear = (): void => {
    if (isDrawn) stream.write('\r\u001b[K')
    isDrawn = false
  }
  return { show, [Symbol.dispose]: clear }
}
