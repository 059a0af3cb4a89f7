import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { untilEndMark } from './end-mark.js'

/** What came of a call of the command line. */
export interface CallOutcome {
  /** The exit code; null where a signal ended the process. */
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

const program = fileURLToPath(new URL('./answer-calls.js', import.meta.url))

/**
 * Calls of the command line in a folder, answered by a process that has loaded the program already: for tests of what is said and
 * done. What becomes of the process itself, its signals, its streams and its end, is for a process of its own.
 *
 * @example
 * const calls = new CallsInTurn(folder, { PATH: process.env.PATH })
 * const { code, output } = await calls.call(['tasks', 'list'])
 * await calls.end()
 */
export class CallsInTurn {
  readonly #folder: string
  readonly #environment: NodeJS.ProcessEnv
  /** Those that wait for a call; calls at the same time have a process each. */
  readonly #idle: AnsweringProcess[] = []
  readonly #all = new Set<AnsweringProcess>()

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder
    this.#environment = environment
  }

  async call(args: readonly string[]): Promise<CallOutcome> {
    const answering = this.#idle.pop() ?? this.#start()
    const outcome = await answering.call(args)
    if (answering.isAlive) this.#idle.push(answering)
    else this.#all.delete(answering)
    return outcome
  }

  /** Ends the processes, whatever they do. */
  async end(): Promise<void> {
    await Promise.all([...this.#all].map((answering) => answering.end()))
  }

  #start(): AnsweringProcess {
    const answering = new AnsweringProcess(this.#folder, this.#environment)
    this.#all.add(answering)
    return answering
  }
}

class AnsweringProcess {
  readonly #process: ChildProcessWithoutNullStreams
  #output = ''
  #errors = ''
  #look: () => void = () => {}
  readonly #closed: Promise<unknown>
  isAlive = true

  constructor(cwd: string, environment: NodeJS.ProcessEnv) {
    this.#process = spawn(process.execPath, [program], { cwd, env: environment })
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
      this.#look()
    })
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
      this.#look()
    })
    this.#process.stdin.on('error', () => {})
    this.#closed = once(this.#process, 'close')
    this.#process.on('close', () => {
      this.isAlive = false
      this.#look()
    })
  }

  call(args: readonly string[]): Promise<CallOutcome> {
    this.#output = ''
    this.#errors = ''
    return new Promise((resolve) => {
      this.#look = () => {
        const [output, errors] = [untilEndMark(this.#output), untilEndMark(this.#errors)]
        if (output !== undefined && errors !== undefined)
          resolve({ code: output.code, output: output.text, errors: errors.text })
        // As a process of one call that ends in the middle of it.
        else if (!this.isAlive) resolve({ code: this.#process.exitCode, output: this.#output, errors: this.#errors })
      }
      this.#look()
      this.#process.stdin.write(`${JSON.stringify(args)}\n`)
    })
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#closed
  }
}
