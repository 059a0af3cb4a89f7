import { appendFileSync, closeSync, openSync, readSync } from 'node:fs'

/** Now, in milliseconds of the clock that all processes of a machine share and that no jump of the time of day moves. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}

/** What a worker process says of itself, one line for each, durable outside of the engine the moment it is said. */
export type WorkerLine = {
  readonly at: number
} /** It is about to start: it may run tasks, and die of them, before it has. */ & (
  | { readonly kind: 'made'; readonly workerId: string }
  | { readonly kind: 'started'; readonly pid: number }
  /** A handler was called. */
  | ({ readonly kind: 'call'; readonly key: string; readonly idempotencyKey: string } & CallOf)
  /** It ended. Absent after a call: the process did not live to see it. */
  | ({ readonly kind: 'end'; readonly how: 'returned' | 'threw' } & CallOf)
  /** A creation was confirmed. */
  | { readonly kind: 'created'; readonly key: string; readonly taskId: string }
  | { readonly kind: 'not created'; readonly key: string; readonly code: string; readonly error: string }
  /** A durable subscriber was given an event. */
  | { readonly kind: 'delivered'; readonly id: string; readonly taskId: string; readonly position: string }
  /** The engine found a state that contradicts itself, or an owner that is gone. */
  | { readonly kind: 'unclear'; readonly taskId: string; readonly finding: string; readonly action: string }
  | { readonly kind: 'health'; readonly isHealthy: boolean; readonly problems: readonly string[] }
  | {
      readonly kind: 'answer'
      readonly to: number
      readonly ok: boolean
      readonly code?: string
      readonly error?: string
    }
  /** The machine left the process alone for so long that its lease may have run out. */
  | { readonly kind: 'starved'; readonly gapMs: number }
  | { readonly kind: 'stopped' }
  /** Something that must never happen, whatever the fault. */
  | { readonly kind: 'broken'; readonly problem: string }
)

interface CallOf {
  readonly taskId: string
  readonly step: string
  readonly attempt: number
}

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never

/** Appends lines to the file of one process: a kill -9 after the call does not take them back. */
export class LineWriter {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  write(line: WithoutTime<WorkerLine>): void {
    appendFileSync(this.#path, `${JSON.stringify({ at: sharedNow(), ...line })}\n`)
  }
}

/** Reads the file of a process as it grows. */
export class LineReader {
  readonly #path: string
  readonly #lines: WorkerLine[] = []
  #offset = 0
  #rest = ''

  constructor(path: string) {
    this.#path = path
  }

  /** All that has been said so far. */
  read(): readonly WorkerLine[] {
    const file = openIfThere(this.#path)
    if (file === undefined) return this.#lines
    const buffer = Buffer.alloc(64 * 1024)
    for (let length = 1; length > 0; ) {
      length = readSync(file, buffer, 0, buffer.length, this.#offset)
      this.#offset += length
      this.#rest += buffer.toString('utf8', 0, length)
    }
    closeSync(file)
    const lines = this.#rest.split('\n')
    this.#rest = lines.pop()!
    this.#lines.push(...lines.map((line) => JSON.parse(line) as WorkerLine))
    return this.#lines
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}
