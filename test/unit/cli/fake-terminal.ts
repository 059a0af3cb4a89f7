import { PassThrough, Readable } from 'node:stream'
import type { OutputStream, Terminal } from '../../../core/cli/terminal.js'

export interface FakeTerminal extends Terminal {
  readonly output: () => string
  readonly errors: () => string
  /** As if the process received a signal. */
  readonly send: (signal: NodeJS.Signals) => void
  readonly exits: number[]
}

/** A terminal whose outputs are kept in memory. */
export function fakeTerminal(
  options: { readonly isTTY?: boolean; readonly stdin?: string; readonly environment?: Record<string, string> } = {},
): FakeTerminal {
  const { isTTY = false, stdin = '', environment = {} } = options
  const stdout = Object.assign(new PassThrough(), { isTTY, columns: 80 }) satisfies OutputStream
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80 }) satisfies OutputStream
  const written = { stdout: '', stderr: '' }
  stdout.on('data', (chunk) => {
    written.stdout += chunk
  })
  stderr.on('data', (chunk) => {
    written.stderr += chunk
  })
  const listeners = new Set<(signal: NodeJS.Signals) => void>()
  const exits: number[] = []
  return {
    stdin: Readable.from([stdin]),
    stdout,
    stderr,
    environment,
    onSignal: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    exit: (code) => void exits.push(code),
    output: () => written.stdout,
    errors: () => written.stderr,
    send: (signal) => {
      for (const listener of listeners) listener(signal)
    },
    exits,
  }
}
