import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contenders.js'
import type { EngineSettings } from './engine.js'
import type { EngineAnswer, EngineProgress, EngineRequest } from './engine-messages.js'

const program = fileURLToPath(new URL('./engine-process.js', import.meta.url))
const closeTimeoutMs = 5_000
/** An engine that answers nothing for so long has got stuck: the others are still to be measured. */
const patienceMs = 180_000

/** An engine in a process of its own, in an empty folder of its own. */
export class EngineHost {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #folder: string
  #progress: EngineProgress = { kind: 'progress', tasksEnded: 0, at: 0 }
  #onProgress = () => {}
  #fail: (error: Error) => void = () => {}
  #answered: (answer: EngineAnswer) => void = () => {}

  private constructor(name: string, child: ChildProcess, folder: string) {
    this.#name = name
    this.#child = child
    this.#folder = folder
    child.on('message', (message: EngineAnswer | EngineProgress) => {
      if (message.kind === 'answer') return this.#answered(message)
      this.#progress = message
      this.#onProgress()
    })
    child.on('exit', (code, signal) => this.#fail(new Error(`The process of ${name} ended with ${code ?? signal}`)))
  }

  static async open(contender: Contender, settings: Omit<EngineSettings, 'folder'>): Promise<EngineHost> {
    const folder = await mkdtemp(join(tmpdir(), 'tasker-bench-'))
    // Libraries that write to the console must not pay for a terminal, nor stand in our table.
    const child = fork(program, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const host = new EngineHost(contender.name, child, folder)
    try {
      await host.ask({ ask: 'open', module: contender.module, settings: { ...settings, folder } })
      return host
    } catch (error) {
      await host.kill()
      throw error
    }
  }

  /** How many tasks have ended here since the reset, and when the last one did. */
  get progress(): EngineProgress {
    return this.#progress
  }

  onProgress(callback: () => void): void {
    this.#onProgress = callback
  }

  /** Begins to count anew. */
  async reset(): Promise<void> {
    await this.ask({ ask: 'reset' })
    this.#progress = { kind: 'progress', tasksEnded: 0, at: 0 }
  }

  /** One question at a time. @throws Error if the engine fails, or its process ends */
  async ask(request: EngineRequest): Promise<EngineAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<EngineAnswer>()
    this.#answered = resolve
    this.#fail = reject
    if (!this.#child.connected) throw new Error(`The process of ${this.#name} has ended`)
    this.#child.send(request, (error) => {
      if (error !== null) reject(error)
    })
    const stuck = new Error(`${this.#name}, ${request.ask}: no answer within ${patienceMs / 1000} s`)
    const patience = setTimeout(() => reject(stuck), patienceMs)
    const answer = await promise.finally(() => clearTimeout(patience))
    if (answer.error !== undefined) throw new Error(`${this.#name}, ${request.ask}: ${answer.error}`)
    return answer
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), closeTimeoutMs)
    await this.ask({ ask: 'close' }).catch(() => {})
    await exited
    clearTimeout(late)
    await rm(this.#folder, { recursive: true, force: true })
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}
