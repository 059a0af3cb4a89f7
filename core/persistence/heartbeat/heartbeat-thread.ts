import { Worker } from 'node:worker_threads'
import type { PulseListener } from '../../contracts/pacemaker.js'
import { type HeartbeatReport, type HeartbeatRequest, type PulseOrder, processTimeMs } from './heartbeat-messages.js'

/** How often the main thread shows that it turns its event loop, in milliseconds. */
const signIntervalMs = 250

interface KnownPulse {
  readonly listener: PulseListener
  readonly ended: PromiseWithResolvers<void>
}

/** The thread of this process, while somebody needs it. */
let current: HeartbeatThread | undefined
let pulseCount = 0

/**
 * The main thread's end of the heartbeat thread: one for all workers of the process. It does not keep the process alive, and
 * ends with the last worker.
 */
export class HeartbeatThread {
  readonly #pulses = new Map<number, KnownPulse>()
  readonly #worker: Worker
  readonly #signs: NodeJS.Timeout

  /** The one that runs, or a new one. Throws where none can be started. */
  static get(): HeartbeatThread {
    current ??= new HeartbeatThread()
    return current
  }

  private constructor() {
    const signsOfLife = new SharedArrayBuffer(4)
    const counter = new Int32Array(signsOfLife)
    // Without the process's own execArgv: what it preloads or inspects is not for this thread.
    const options = { workerData: { signsOfLife }, execArgv: [], name: 'tasker heartbeat' }
    this.#worker = new Worker(new URL('./heartbeat-worker.js', import.meta.url), options)
    this.#worker.unref()
    this.#signs = setInterval(() => Atomics.add(counter, 0, 1), signIntervalMs)
    this.#signs.unref()
    this.#worker.on('message', (report: HeartbeatReport) => this.#take(report))
    this.#worker.on('error', (error) => this.#lose(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', (code) => this.#lose(new Error(`the thread of the heartbeat ended with code ${code}`)))
  }

  /** Begins to beat; gives how to end it. */
  begin(order: Omit<PulseOrder, 'pulse'>, listener: PulseListener): () => Promise<void> {
    pulseCount += 1
    const pulse = pulseCount
    this.#send({ kind: 'begin', order: { ...order, pulse } })
    this.#pulses.set(pulse, { listener, ended: Promise.withResolvers<void>() })
    return () => this.#end(pulse)
  }

  async #end(pulse: number): Promise<void> {
    const known = this.#pulses.get(pulse)
    if (!known) return
    this.#send({ kind: 'end', pulse })
    // Until then its connection is in use; without the thread being referenced the process might end here.
    this.#worker.ref()
    await known.ended.promise
    this.#worker.unref()
  }

  #take(report: HeartbeatReport): void {
    const known = this.#pulses.get(report.pulse)
    if (!known) return
    if (report.kind === 'beat') known.listener.beat(processTimeMs() - report.sentAt)
    else if (report.kind === 'failed') known.listener.failed(report.error)
    else if (report.kind === 'unregistered') known.listener.unregistered()
    else this.#forget(report.pulse, known)
  }

  #forget(pulse: number, { ended }: KnownPulse): void {
    this.#pulses.delete(pulse)
    ended.resolve()
    if (this.#pulses.size > 0) return
    this.#leave()
    void this.#worker.terminate()
  }

  #lose(error: Error): void {
    this.#leave()
    for (const [pulse, { listener, ended }] of this.#pulses) {
      this.#pulses.delete(pulse)
      ended.resolve()
      listener.ended(error)
    }
  }

  #leave(): void {
    clearInterval(this.#signs)
    if (current === this) current = undefined
  }

  #send(request: HeartbeatRequest): void {
    this.#worker.postMessage(request)
  }
}
