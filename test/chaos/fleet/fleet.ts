import { setTimeout as sleep } from 'node:timers/promises'
import { sharedNow } from '../worker/call-record.js'
import { NOT_STARTED } from '../worker/worker-settings.js'
import type { WorkerExit, WorkerHandle } from './worker-handle.js'

/** The worker processes of one run: as many as it wants are always there, those that die are followed by new ones. */
export class Fleet {
  readonly #start: (name: string) => Promise<WorkerHandle>
  readonly #restartMs: () => number
  readonly #mayFailToStart: boolean
  readonly #all: WorkerHandle[] = []
  readonly #problems: string[] = []
  #launched = 0
  #isClosing = false

  /**
   * @param restartMs how long a place stays empty after its process has died
   * @param mayFailToStart whether the database may be away when one starts, which it then need not survive
   */
  constructor(start: (name: string) => Promise<WorkerHandle>, restartMs: () => number, mayFailToStart: boolean) {
    this.#mayFailToStart = mayFailToStart
    this.#start = start
    this.#restartMs = restartMs
  }

  /** All that were ever started, in order. */
  get all(): readonly WorkerHandle[] {
    return this.#all
  }

  get running(): readonly WorkerHandle[] {
    return this.#all.filter((worker) => worker.isRunning)
  }

  /** Those that work and can be told something. */
  get ready(): readonly WorkerHandle[] {
    return this.#all.filter((worker) => worker.isReady)
  }

  /** Processes that ended in a way that no fault explains. */
  get problems(): readonly string[] {
    return this.#problems
  }

  async launch(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#launchOne()))
  }

  /** Has one drain and exit; another takes its place. */
  async replace(worker: WorkerHandle): Promise<void> {
    worker.order({ order: 'stop' })
    await worker.exited
  }

  /** Has all drain and exit at once, and starts no more. Those that do not within the time are killed: a problem. */
  async stop(withinMs: number): Promise<void> {
    this.#isClosing = true
    const running = this.running
    for (const worker of running) {
      if (worker.isFrozen) worker.thaw()
      worker.order({ order: 'stop' })
    }
    const late = AbortSignal.timeout(withinMs)
    await Promise.all(running.map((worker) => Promise.race([worker.exited, aborted(late)])))
    for (const worker of this.running) {
      this.#problems.push(`${worker.name} did not stop within ${withinMs} ms`)
      await worker.kill()
    }
  }

  /** Ends whatever is left. */
  async dispose(): Promise<void> {
    this.#isClosing = true
    await Promise.all(this.running.map((worker) => worker.kill()))
    await Promise.all(this.#all.map(({ proxy }) => proxy?.stop()))
  }

  async #launchOne(): Promise<void> {
    this.#launched += 1
    const worker = await this.#start(`worker-${this.#launched}`)
    const { name } = worker
    this.#all.push(worker)
    void worker.exited.then((exit) => {
      // Killed by us, or by a step of its own.
      if (exit.signal === 'SIGKILL') worker.hitsAt.push(sharedNow())
      else if (!this.#isExpected(worker, exit)) this.#problems.push(`${name} ended by itself: ${JSON.stringify(exit)}`)
      return this.#follow()
    })
  }

  #isExpected({ isTold }: WorkerHandle, { code }: WorkerExit): boolean {
    return (code === 0 && isTold) || (code === NOT_STARTED && this.#mayFailToStart)
  }

  async #follow(): Promise<void> {
    if (this.#isClosing) return
    await sleep(this.#restartMs())
    if (!this.#isClosing) await this.#launchOne()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
