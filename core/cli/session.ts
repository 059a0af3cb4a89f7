import type { Tasker } from '../kernel/tasker.js'
import { exitCodes } from './exit-codes.js'
import type { GlobalOptions } from './global-options.js'
import { type OpenOptions, openTasker } from './open-tasker.js'
import { type Paint, painter } from './paint.js'
import { hasColours, type OutputStream, type Terminal } from './terminal.js'

/** One call of the command line: where it writes, what it ends with, and how it gets at Tasker. */
export class Session {
  readonly terminal: Terminal
  /** Set before any command runs. */
  globals: GlobalOptions = { verbose: false, color: true }
  exitCode: number = exitCodes.success
  readonly #outputClosed = new AbortController()

  constructor(terminal: Terminal) {
    this.terminal = terminal
    terminal.stdout.on('error', () => this.#outputClosed.abort())
  }

  /** Fires when nobody reads standard output any more, as after `| head`. */
  get outputClosed(): AbortSignal {
    return this.#outputClosed.signal
  }

  /** Opens Tasker, does the work, and stops it whatever happens. */
  async withTasker<T>(options: OpenOptions, work: (tasker: Tasker) => Promise<T>): Promise<T> {
    const tasker = await openTasker(this, options)
    try {
      this.#noteRefusals(tasker, options)
      return await work(tasker)
    } finally {
      await tasker.stop()
    }
  }

  /** The one document of a command with `--json`. */
  printJson(value: unknown): void {
    this.#write(this.terminal.stdout, `${JSON.stringify(value, null, 2)}\n`)
  }

  /** One document of a command that prints one a line. */
  printJsonLine(value: unknown): void {
    this.#write(this.terminal.stdout, `${JSON.stringify(value)}\n`)
  }

  print(text: string): void {
    this.#write(this.terminal.stdout, `${text}\n`)
  }

  /** What is not the answer, but about it: goes to standard error. */
  note(text: string): void {
    this.#write(this.terminal.stderr, `${text}\n`)
  }

  /** Colours for standard output. */
  get paint(): Paint {
    return painter(this.usesColours(this.terminal.stdout))
  }

  usesColours(stream: OutputStream): boolean {
    return this.globals.color && hasColours(stream, this.terminal.environment)
  }

  /** Width to fit lines to; undefined where nobody looks, because a cut line is no use to a program. */
  get width(): number | undefined {
    const { stdout } = this.terminal
    return stdout.isTTY ? (stdout.columns ?? 80) : undefined
  }

  /** Commands on tasks go on where something of the project does not load, but it should not go unnoticed. */
  #noteRefusals({ registries }: Tasker, { purpose = 'operate' }: OpenOptions): void {
    const kinds = new Set(registries.refusals().map(({ kind }) => `\`tasker ${kind}s list\``))
    if (purpose !== 'operate' || kinds.size === 0) return
    this.note(`note: something of the project was refused; see ${[...kinds].join(', ')}`)
  }

  #write(stream: OutputStream, text: string): void {
    if (!stream.destroyed) stream.write(text)
  }
}
