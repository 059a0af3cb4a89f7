import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../core/persistence/database.js'
import type { PatientConnection } from '../databases/patient-connection.js'

const lookIntervalMs = 40
/** What a dead client has sent is still carried out: nothing is over the moment that it looks so. */
const quietLooks = 4

/** Looks at the tables while a run goes on: whether anything is left to do, and whether anything would be left lying. */
export class Watch {
  readonly #connection: PatientConnection
  readonly #isAllCreated: () => boolean
  readonly #stuck = new Set<string>()
  #quiet = 0
  #isStopping = false
  #running: Promise<void> | undefined
  #unfinished = 'nobody has looked yet'

  constructor(connection: PatientConnection, isAllCreated: () => boolean) {
    this.#connection = connection
    this.#isAllCreated = isAllCreated
  }

  get isOver(): boolean {
    return this.#quiet >= quietLooks
  }

  /** What it last saw of unfinished tasks, for whoever waits in vain. */
  get unfinished(): string {
    return this.#unfinished
  }

  /** Unfinished tasks that had neither an owner nor a due time, at any moment. */
  get problems(): readonly string[] {
    return [...this.#stuck].map((id) => `task ${id} had neither an owner nor a due time, unfinished`)
  }

  start(): void {
    this.#running = this.#look()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
    await this.#connection.close()
  }

  async #look(): Promise<void> {
    while (!this.#isStopping) {
      const isAllCreated = this.#isAllCreated()
      const unfinished = await this.#connection.try(readUnfinished)
      for (const { id, owner, dueAt } of unfinished ?? []) if (owner === null && dueAt === null) this.#stuck.add(id)
      if (unfinished)
        this.#unfinished = unfinished.map((task) => JSON.stringify(task)).join('\n    ') || 'none in the tables'
      this.#quiet = isAllCreated && unfinished?.length === 0 ? this.#quiet + 1 : 0
      await sleep(lookIntervalMs)
    }
  }
}

interface UnfinishedTask {
  readonly id: string
  readonly key: string
  readonly state: string
  readonly owner: string | null
  readonly dueAt: string | null
}

function readUnfinished(database: Database): Promise<readonly UnfinishedTask[]> {
  return database.query<UnfinishedTask>(
    `select id, reason as key, state, owner_id as owner, due_at as "dueAt", parked, epoch
      from ${database.table('tasks')} where state in ('pending', 'in_progress')`,
  )
}
