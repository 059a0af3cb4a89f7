import type { Clock } from '../../contracts/clock.js'
import type { IdSource } from '../../contracts/id-source.js'
import type { Logger } from '../../contracts/logger.js'
import type { ChangesOf, PauseRecord, PauseStore } from '../../contracts/pauses.js'
import type { Listening, Signals } from '../../contracts/signals.js'
import type { TaskRecord } from '../../contracts/task-record.js'
import type { DatabaseWatch } from '../database-watch.js'
import { engineActor } from '../engine-actor.js'
import { PeriodicWork } from '../periodic-work.js'

/** How often it looks for what others do that nothing tells of, in milliseconds. */
const lookIntervalMs = 1_000

export interface PauseWatchServices {
  readonly store: PauseStore
  readonly signals: Signals
  /** Schema of the tables: pauses of another one are none of ours. */
  readonly schema: string
  readonly clock: Pick<Clock, 'now'>
  readonly ids: IdSource
  readonly log: Logger
  readonly databaseWatch: DatabaseWatch
  readonly sweepIntervalMs: number
}

type Kind = Pick<TaskRecord, 'namespace' | 'name' | 'version'>

/**
 * What is paused now of namespaces and task types, as this process knows it: by its own deeds at once, by those of others through a
 * signal, or by looking. Also sees to it that what waits under a pause is parked, and nothing else.
 */
export class PauseWatch {
  readonly #services: PauseWatchServices
  readonly #channel: string
  readonly #listeners: (() => void)[] = []
  readonly #looks: PeriodicWork
  #pauses: readonly PauseRecord[] = []
  #listening: Listening | undefined
  /** When it last looked at everything, in milliseconds of `performance.now()`. */
  #sweptAt = 0

  constructor(services: PauseWatchServices) {
    const { schema, log, databaseWatch } = services
    this.#services = services
    this.#channel = `tasker:pauses:${schema}`.slice(0, 63)
    this.#looks = new PeriodicWork('looking for pauses', lookIntervalMs, () => this.#look(), log, databaseWatch)
  }

  /** Whether tasks of this kind are under a pause. */
  covers({ namespace, name, version }: Kind): boolean {
    if (this.#pauses.length === 0) return false
    return this.#pauses.some(
      (pause) =>
        pause.namespace === namespace &&
        (pause.name === null || pause.name === name) &&
        (pause.version === null || pause.version === version),
    )
  }

  /** Calls the listener when pauses have come or gone, or tasks go on that they held. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Begins to watch; resolves when it knows what is paused. */
  async start(): Promise<void> {
    const look = () => void this.#heard().catch((error) => this.#report(error))
    this.#listening ??= this.#services.signals.listen(this.#channel, look, look)
    await this.refresh()
    this.#looks.start()
  }

  async stop(): Promise<void> {
    this.#listening?.stop()
    this.#listening = undefined
    await this.#looks.stop()
  }

  /** Looks what is paused now. */
  async refresh(): Promise<void> {
    const before = this.#pauses.map(({ key }) => key).join()
    this.#pauses = await this.#services.store.listPauses()
    if (this.#pauses.map(({ key }) => key).join() === before) return
    this.#tellHere()
    await this.settle()
  }

  /** Tells this process and all others that pauses have come or gone; resolves when what waits is parked, or no more. */
  async announce(): Promise<void> {
    this.#tellOthers()
    await this.refresh()
    // Also if they look the same: somebody may have done the one and undone the other meanwhile.
    await this.settle()
  }

  /** Parks what waits under a pause, and has go on what none holds any more. */
  async settle(): Promise<void> {
    const { store } = this.#services
    const park = this.#changesOf('task.park', 'its namespace or type is paused')
    while ((await store.parkHeld(park)) > 0);
    const unpark = this.#changesOf('task.unpark', 'its namespace and type are paused no more')
    let freed = 0
    for (let count = await store.unparkFreed(unpark); count > 0; count = await store.unparkFreed(unpark)) freed += count
    if (freed === 0) return
    // Whoever looked when the pause ended may have found them parked still.
    this.#tellOthers()
    this.#tellHere()
  }

  /** The same, for those who do not wait for it. */
  settleSoon(): void {
    this.settle().catch((error) => this.#report(error))
  }

  /** Others have paused or resumed something, or have let tasks go on. */
  async #heard(): Promise<void> {
    await this.refresh()
    this.#tellHere()
  }

  #tellOthers(): void {
    this.#services.signals.send({ channel: this.#channel, payload: '' })
  }

  #tellHere(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Without pauses, and where signals tell of new ones, it asks the database nothing until the next sweep. */
  async #look(): Promise<void> {
    const { signals, sweepIntervalMs } = this.#services
    const isSweep = performance.now() - this.#sweptAt >= sweepIntervalMs
    if (isSweep) this.#sweptAt = performance.now()
    if (isSweep || !signals.reachesOtherProcesses) await this.refresh()
    if (isSweep || this.#pauses.length > 0) await this.settle()
  }

  #changesOf(kind: 'task.park' | 'task.unpark', reason: string): ChangesOf {
    const { ids, clock } = this.#services
    return (tasks) => {
      const changedAt = new Date(clock.now()).toISOString()
      return tasks.map(({ taskId, entry }) => ({
        ...{ id: ids.next(), subjectKind: 'task', subjectKey: taskId, taskId, entry, place: 0 },
        ...{ kind, data: {}, actor: engineActor, reason, changedAt },
      }))
    }
  }

  #report(error: unknown): void {
    this.#services.log.debug({ err: error }, 'looking for pauses failed; it is tried again')
  }
}
