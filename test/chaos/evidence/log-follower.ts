import { setTimeout as sleep } from 'node:timers/promises'
import type { StoredLogEntry } from '../../../core/contracts/store.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { formatPosition } from '../../../core/workflow/log-position.js'
import type { PatientConnection } from '../databases/patient-connection.js'
import { sharedNow } from '../worker/call-record.js'

/** One event as a reader of the log received it. */
export interface SeenEvent {
  readonly position: string
  readonly id: string
  readonly name: string
  readonly taskId: string | null
  readonly payload: Readonly<Record<string, unknown>>
  /** When it was received: it had been committed by then. */
  readonly seenAt: number
}

const lookIntervalMs = 20

/**
 * A reader of the log, from its beginning, through whatever happens to the database: where it is interrupted, it goes on after the
 * last event that it has, as a durable subscriber does.
 */
export class LogFollower {
  readonly seen: SeenEvent[] = []
  readonly #connection: PatientConnection
  readonly #pageSize: number
  #isStopping = false
  #running: Promise<void> | undefined

  constructor(connection: PatientConnection, pageSize: number) {
    this.#connection = connection
    this.#pageSize = pageSize
  }

  start(): void {
    this.#running = this.#follow()
  }

  /** Reads to the end of the log, and no further. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
    await this.#connection.close()
  }

  async #follow(): Promise<void> {
    for (;;) {
      const isLast = this.#isStopping
      const entries = await this.#connection.try((database) => this.#readPage(new PostgresStore(database)))
      for (const entry of entries ?? []) this.#take(entry)
      if (entries?.length !== 0) continue
      if (isLast) return
      await sleep(lookIntervalMs)
    }
  }

  #readPage(store: PostgresStore): Promise<readonly StoredLogEntry[]> {
    const after = this.seen.at(-1)?.position
    return store.readLog({ limit: this.#pageSize, ...(after === undefined ? {} : { after }) })
  }

  #take({ id: logId, taskId, firstIndex, events }: StoredLogEntry): void {
    const seenAt = sharedNow()
    for (const [index, { id, name, payload }] of events.entries()) {
      const position = formatPosition(logId, firstIndex + index)
      this.seen.push({ position, id, name, taskId, payload: payload as SeenEvent['payload'], seenAt })
    }
  }
}
