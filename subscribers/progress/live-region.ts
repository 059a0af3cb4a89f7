import { displayWidth } from './terminal-text.js'

/** Where progress is written: a stream of Node, or anything with `write`. */
export interface ProgressStream {
  write(text: string): unknown
  /** Size of the terminal, if it is one. */
  readonly columns?: number
  readonly rows?: number
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const colourCode = /\u001b\[[0-9;]*m/g

/**
 * The lines at the bottom of the screen that are written again and again, below those that stay.
 *
 * Each frame is one write, and each line is overwritten before its rest is cleared, so that nothing flickers. A frame like the
 * last one is not written.
 */
export class LiveRegion {
  readonly #stream: ProgressStream
  #drawn: readonly string[] = []

  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  /** Writes `above` for good, and `lines` below, in place of the lines of the last frame. */
  draw(lines: readonly string[], columns: number, above: readonly string[] = []): void {
    if (above.length === 0 && lines.join('\n') === this.#drawn.join('\n')) return
    const height = this.#heightOf(columns)
    const back = height > 0 ? `\u001b[${height}A\r` : ''
    const text = [...above, ...lines].map((line) => `${line}\u001b[K\n`).join('')
    this.#drawn = lines
    this.#stream.write(`${back}${text}\u001b[J`)
  }

  /** Leaves the lines of the last frame where they are; the next frame comes below them. */
  release(): void {
    this.#drawn = []
  }

  /** Rows that the last frame takes now: a terminal made narrower since has wrapped its lines. */
  #heightOf(columns: number): number {
    const rowsOf = (line: string) => Math.max(1, Math.ceil(displayWidth(line.replace(colourCode, '')) / columns))
    return this.#drawn.reduce((height, line) => height + rowsOf(line), 0)
  }
}
