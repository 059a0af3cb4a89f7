import { createInterface } from 'node:readline/promises'
import { InterruptedError } from '../../errors/cli-errors.js'
import type { Terminal } from '../terminal.js'

/** Asks a person at the terminal. */
export interface Asking extends Disposable {
  /**
   * The answer; the default where nothing is answered. Asks again until `check` takes it.
   *
   * @throws InterruptedError for Ctrl-C and Ctrl-D
   */
  ask(question: string, fallback: string, check?: (answer: string) => void): Promise<string>
}

/** Whether somebody is there to be asked. */
export function canAsk({ stdin, stdout }: Terminal): boolean {
  return stdin.isTTY === true && stdout.isTTY === true
}

/** Questions on standard error, because standard output belongs to the answer of the command. */
export function asking({ stdin, stderr }: Terminal): Asking {
  const lines = createInterface({ input: stdin, output: stderr })
  const closed = new AbortController()
  lines.once('close', () => closed.abort())
  const answerTo = (question: string) =>
    lines.question(question, { signal: closed.signal }).catch(() => {
      throw new InterruptedError('nothing was written')
    })
  return {
    async ask(question, fallback, check = () => undefined) {
      for (;;) {
        const answer = (await answerTo(`${question} (${fallback}): `)).trim() || fallback
        try {
          check(answer)
          return answer
        } catch (error) {
          stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
        }
      }
    },
    [Symbol.dispose]: () => lines.close(),
  }
}
