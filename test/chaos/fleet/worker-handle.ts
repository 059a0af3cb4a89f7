import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FaultProxy } from '../../support/fault-proxy.js'
import { LineReader, sharedNow, type WorkerLine } from '../worker/call-record.js'
import type { WorkerOrder, WorkerSettings } from '../worker/worker-settings.js'

const program = fileURLToPath(new URL('../worker/worker-process.js', import.meta.url))

export interface WorkerExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One worker process as the run that breaks it sees it. */
export class WorkerHandle {
  readonly name: string
  readonly logPath: string
  readonly exited: Promise<WorkerExit>
  /** When its process was ended or stopped in a way that may cost it what it owned. */
  readonly hitsAt: number[] = []
  /** Through which it gets to the database, where the scenario wants one. */
  readonly proxy: FaultProxy | undefined
  readonly #child: ChildProcess
  readonly #reader: LineReader
  #exit: WorkerExit | undefined
  #isFrozen = false
  #isTold = false

  constructor(name: string, settings: WorkerSettings, proxy?: FaultProxy) {
    this.name = name
    this.proxy = proxy
    this.logPath = settings.logPath
    this.#reader = new LineReader(settings.linesPath)
    const args = [program, JSON.stringify(settings)]
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'inherit'] })
    // An order to one that has just died.
    this.#child.stdin!.on('error', () => undefined)
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#exit = { code, signal }
        resolve(this.#exit)
      })
    })
  }

  get lines(): readonly WorkerLine[] {
    return this.#reader.read()
  }

  get exit(): WorkerExit | undefined {
    return this.#exit
  }

  get isRunning(): boolean {
    return this.#exit === undefined
  }

  get isFrozen(): boolean {
    return this.#isFrozen
  }

  /** Whether it has been told to stop. */
  get isTold(): boolean {
    return this.#isTold
  }

  /** It works, and can be told something. */
  get isReady(): boolean {
    return this.isRunning && !this.#isFrozen && !this.#isTold && this.#hasStarted
  }

  /** It runs a handler. */
  get isBusy(): boolean {
    const count = (kind: WorkerLine['kind']) => this.lines.reduce((sum, line) => sum + (line.kind === kind ? 1 : 0), 0)
    return count('call') > count('end')
  }

  get workerId(): string | undefined {
    return this.lines.find((line) => line.kind === 'made')?.workerId
  }

  get #hasStarted(): boolean {
    return this.lines.some(({ kind }) => kind === 'started')
  }

  order(order: WorkerOrder): void {
    if (order.order === 'stop') this.#isTold = true
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`)
  }

  /** kill -9 */
  async kill(): Promise<void> {
    this.hitsAt.push(sharedNow())
    this.#child.kill('SIGKILL')
    await this.exited
  }

  freeze(): void {
    this.#isFrozen = true
    this.hitsAt.push(sharedNow())
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#isFrozen = false
    this.#child.kill('SIGCONT')
  }
}
