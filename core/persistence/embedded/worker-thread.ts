import { Worker } from 'node:worker_threads'
import type { WorkerOptions, WorkerReport, WorkerRequest } from './worker-messages.js'

/** The main thread's end of the worker: one promise for each thing it reports. */
export class WorkerThread {
  /** The port it listens on, undefined for a unix socket. */
  readonly listening: Promise<number | undefined>
  readonly ready: Promise<void>
  /** When the thread has ended: undefined if it was told to and closed the database, else why. */
  readonly ended: Promise<Error | undefined>
  readonly #worker: Worker

  constructor(options: WorkerOptions) {
    const listening = Promise.withResolvers<number | undefined>()
    const ready = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<Error | undefined>()
    let isStopped = false
    let failure: Error | undefined
    // Without the process's own execArgv: what it preloads or inspects is not for this thread.
    this.#worker = new Worker(new URL('./embedded-worker.js', import.meta.url), { workerData: options, execArgv: [] })
    this.#worker.on('message', (report: WorkerReport) => {
      if (report.kind === 'listening') listening.resolve(report.port)
      else if (report.kind === 'ready') ready.resolve()
      else if (report.kind === 'stopped') isStopped = true
      else failure = report.error
    })
    this.#worker.on('error', (error) => {
      failure ??= error instanceof Error ? error : new Error(String(error))
    })
    this.#worker.on('exit', (code) => {
      const cause = isStopped ? undefined : (failure ?? new Error(`its thread ended with code ${code}`))
      listening.reject(cause)
      ready.reject(cause)
      ended.resolve(cause)
    })
    for (const promise of [listening.promise, ready.promise]) promise.catch(() => {})
    this.listening = listening.promise
    this.ready = ready.promise
    this.ended = ended.promise
  }

  send(request: WorkerRequest): void {
    this.#worker.postMessage(request)
  }

  /** Whether the thread keeps the process alive. */
  keepAlive(isWanted: boolean): void {
    if (isWanted) this.#worker.ref()
    else this.#worker.unref()
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }
}
