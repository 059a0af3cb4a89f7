import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The programs are fixtures. */
const programOf = (name: string) => fileURLToPath(new URL(`../fixtures/processes/${name}.js`, import.meta.url))

/** One line of a worker in a process of its own. */
export interface WorkerLine {
  readonly say: string
  readonly taskId?: string
  /** Milliseconds since 1970, where it says when. */
  readonly at?: number
  readonly workerId?: string
  readonly tookMs?: number
  /** How many signals the process has handlers for. */
  readonly signalListeners?: number
}

/** A worker in a process of its own (see working-process.ts of the fixtures). Kill it, or have it stop. */
export class WorkingProcess {
  readonly #child: ChildProcess
  readonly #lines: WorkerLine[] = []
  readonly #waiting = new Set<() => void>()

  private constructor(child: ChildProcess) {
    this.#child = child
    const reader = createInterface({ input: child.stdout! })
    reader.on('line', (line) => {
      this.#lines.push(JSON.parse(line) as WorkerLine)
      for (const look of [...this.#waiting]) look()
    })
  }

  /** Starts one, and waits until it works. */
  static async start(environment: Readonly<Record<string, string>>, name = 'working-process'): Promise<WorkingProcess> {
    const env = { ...process.env, ...environment }
    const worker = new WorkingProcess(
      spawn(process.execPath, [programOf(name)], { stdio: ['pipe', 'pipe', 'inherit'], env }),
    )
    await worker.said('started')
    return worker
  }

  get process(): ChildProcess {
    return this.#child
  }

  /** All that it has said so far, of one kind. */
  lines(say: string): readonly WorkerLine[] {
    return this.#lines.filter((line) => line.say === say)
  }

  /** Resolves when it has said something, of a task where one is named. */
  async said(say: string, taskId?: string): Promise<WorkerLine> {
    while (true) {
      const line = this.#lines.find((each) => each.say === say && (taskId === undefined || each.taskId === taskId))
      if (line) return line
      await this.#nextLine()
    }
  }

  /** Has it create a task of its own, and gives the id. */
  async create(name: string): Promise<string> {
    const before = this.lines('created').length
    this.#child.stdin!.write(`create ${name}\n`)
    while (this.lines('created').length === before) await this.#nextLine()
    return this.lines('created')[before]!.taskId!
  }

  /** Has it stop by itself; gives how long that took, in milliseconds. */
  async stop(): Promise<number> {
    const exited = once(this.#child, 'exit')
    this.#child.stdin!.write('stop\n')
    await exited
    return (await this.said('stopped')).tookMs!
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  #nextLine(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
    })
  }
}
