import { setTimeout as sleep } from 'node:timers/promises'
import { createTasker, type DefinedTask, isTaskerError, type Tasker } from '../../../core/index.js'
import type { ChaosDatabase } from '../databases/chaos-database.js'
import type { PatientConnection } from '../databases/patient-connection.js'
import type { Fleet } from '../fleet/fleet.js'
import type { WorkerHandle } from '../fleet/worker-handle.js'
import type { ChaosPlan, PlannedTask } from '../plan/chaos-plan.js'
import { defineShapes, type ShapeName } from '../plan/shapes.js'

/** What a process has sent before its death is carried out by a server that does not know of it yet. */
const lastWordsMs = 500

/**
 * Has the tasks of a plan created at their times: by workers, and by a process that runs nothing, which is this one. A worker that
 * dies before it has confirmed a creation may have made it: who wants the task looks, and asks another only if it is not there.
 */
export class Creations {
  readonly #plan: ChaosPlan
  readonly #fleet: Fleet
  readonly #database: ChaosDatabase
  readonly #connection: PatientConnection
  readonly #mayBeRefused: boolean
  readonly #shapes: ReadonlyMap<ShapeName, DefinedTask> = defineShapes(async () => undefined)
  readonly #confirmed = new Map<string, string>()
  readonly #problems: string[] = []
  #ordered = 0
  #settled = 0
  #isGivenUp = false
  #client: Promise<Tasker> | undefined

  constructor(
    plan: ChaosPlan,
    fleet: Fleet,
    database: ChaosDatabase,
    connection: PatientConnection,
    mayBeRefused: boolean,
  ) {
    this.#mayBeRefused = mayBeRefused
    this.#plan = plan
    this.#fleet = fleet
    this.#database = database
    this.#connection = connection
  }

  /** Those that were confirmed: key → task id. */
  get confirmed(): ReadonlyMap<string, string> {
    return this.#confirmed
  }

  get problems(): readonly string[] {
    return this.#problems
  }

  /** Whether all of them are there. */
  get areSettled(): boolean {
    return this.#settled === this.#plan.tasks.length
  }

  /** What takes long, before the first is due. */
  async prepare(): Promise<void> {
    if (this.#database.settings.url !== undefined) await this.client()
  }

  async begin(): Promise<void> {
    await Promise.all(this.#plan.tasks.map((task) => this.#make(task)))
  }

  async stop(): Promise<void> {
    this.#isGivenUp = true
    await (await this.#client)?.stop()
    await this.#connection.close()
  }

  async #make(task: PlannedTask): Promise<void> {
    await sleep(task.afterMs)
    const isByWorker = task.isCreatedByWorker || this.#database.settings.url === undefined
    while (!this.#isGivenUp && !(await (isByWorker ? this.#order(task) : this.#create(task)))) await sleep(20)
    this.#settled += 1
  }

  /** True when it is there. */
  async #order(task: PlannedTask): Promise<boolean> {
    const { ready } = this.#fleet
    if (ready.length === 0) return false
    const worker = ready[this.#ordered++ % ready.length]!
    const answersBefore = answersTo(task, worker).length
    worker.order({ order: 'create', task })
    const answer = () => answersTo(task, worker)[answersBefore]
    while (worker.isRunning && answer() === undefined && !this.#isGivenUp) await sleep(20)
    const given = answer()
    if (given?.kind === 'created') return this.#confirm(task, given.taskId)
    // One that was told to stop may say that it has, instead.
    const isStopped = worker.isTold && given?.kind === 'not created' && given.code === 'DATABASE_CLOSED'
    if (given?.kind === 'not created') return this.#refuse(task, given, isStopped)
    await sleep(lastWordsMs)
    return this.#isThere(task)
  }

  async #create(task: PlannedTask): Promise<boolean> {
    const { shape, context, key } = task
    try {
      const client = await this.client()
      const { id } = await client.tasks.create(this.#shapes.get(shape)!, { context, reason: key })
      return this.#confirm(task, id)
    } catch (error) {
      return this.#refuse(task, { code: isTaskerError(error) ? error.code : '', error: String(error) })
    }
  }

  #confirm({ key }: PlannedTask, taskId: string): true {
    this.#confirmed.set(key, taskId)
    return true
  }

  /** Where the database does not answer, a creation may be refused, but then it must not have been made. */
  async #refuse(
    task: PlannedTask,
    { code, error }: { readonly code: string; readonly error: string },
    isStopped = false,
  ): Promise<boolean> {
    const isAccepted = isStopped || (this.#mayBeRefused && code === 'DATABASE_UNAVAILABLE')
    if (!isAccepted) this.#problems.push(`${task.key} was not created: ${error}`)
    await sleep(lastWordsMs)
    const isThere = await this.#isThere(task)
    if (isThere) this.#problems.push(`${task.key} was refused, and is there: ${error}`)
    return isThere || !isAccepted
  }

  async #isThere({ key }: PlannedTask): Promise<boolean> {
    while (!this.#isGivenUp) {
      const found = await this.#connection.try((database) =>
        database.query(`select 1 from ${database.table('tasks')} where reason = $1`, [key]),
      )
      if (found) return found.length > 0
    }
    return false
  }

  /** This process as one that creates and commands tasks, and runs none. */
  client(): Promise<Tasker> {
    this.#client ??= this.#openClient()
    return this.#client
  }

  #openClient(): Promise<Tasker> {
    const opening = createTasker({
      database: this.#database.settings,
      handlers: [...this.#shapes.values()],
      logging: { level: 'silent' },
      discovery: { packages: false, disable: ['logging'] },
    })
    // The next creation tries again.
    opening.catch(() => {
      this.#client = undefined
    })
    return opening
  }
}

function answersTo({ key }: PlannedTask, { lines }: WorkerHandle) {
  return lines
    .filter((line) => line.kind === 'created' || line.kind === 'not created')
    .filter((line) => line.key === key)
}
