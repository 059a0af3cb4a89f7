import type { Readable, Writable } from 'node:stream'

/** An output of the process, and whether a person looks at it. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** What a command has around it. Nothing else of the room touches the process. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Calls a listener with each SIGINT and SIGTERM until the result is called. While there is one, they do not end the process. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    onSignal: (listener) => {
      const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']
      for (const signal of signals) process.on(signal, listener)
      return () => {
        for (const signal of signals) process.off(signal, listener)
      }
    },
    exit: (code) => process.exit(code),
  }
}

/**
 * Whether to write colours to a stream: only to a terminal, and not where NO_COLOR is set or the terminal is a dumb one.
 *
 * @see https://no-color.org
 */
export function hasColours(stream: OutputStream, environment: Terminal['environment']): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'
}
