import type { ChaosDatabase } from '../databases/chaos-database.js'
import type { Fault } from '../evidence/evidence.js'
import type { Fleet } from '../fleet/fleet.js'
import type { WorkerHandle } from '../fleet/worker-handle.js'
import type { Chance } from '../plan/chance.js'
import type { PlanSize } from '../plan/plan-size.js'
import type { WorkerSettings } from '../worker/worker-settings.js'

/** What a scenario needs to run on: any PostgreSQL, one that only this run uses and may break, or a folder. */
export type ScenarioPlace = 'server' | 'own server' | 'embedded'

/** A way to break a running system. */
export interface Scenario {
  readonly name: string
  readonly description: string
  readonly place: ScenarioPlace
  /** Other numbers of workers than the size of the run has. */
  readonly workers?: PlanSize['workers']
  /** How many tasks, in proportion to those of other scenarios. Default 1. */
  readonly load?: number
  /** False: no task of a run kills its own process; else that of one seed in four does. */
  readonly hasDeadlyTask?: false
  readonly execution?: WorkerSettings['execution']
  readonly poolSize?: number
  /** Each worker gets to the database through a proxy of its own. */
  readonly isBehindProxies?: boolean
  /**
   * A creation may be refused because the database does not answer, and is then asked for again; a claim whose answer was lost may
   * leave a task to be found by its owner.
   */
  readonly losesConnections?: boolean
  /** Who may lose a task: the workers that were killed or frozen, all (the database was away for longer than a lease), or none. */
  readonly losses: 'hit' | 'all' | 'none'
  /** Breaks what it is there to break, and mends it; returns when it has done so. */
  inject(stage: Stage): Promise<void>
}

/** A running system, for a scenario to break. */
export interface Stage {
  readonly chance: Chance
  readonly fleet: Fleet
  readonly database: ChaosDatabase
  /** How long after its last heartbeat a worker counts as alive, in milliseconds. */
  readonly leaseMs: number
  /** Whether all tasks have been created and have ended. */
  readonly isOver: boolean
  /** How many tasks the run creates, and those that were confirmed so far: key → task id. */
  readonly taskCount: number
  readonly created: ReadonlyMap<string, string>
  /** Cancels a task from a process that runs none; resolves when that has been answered. */
  cancel(key: string): Promise<void>
  /** A worker that can be hit, chosen by chance, mostly one that runs a handler now; undefined if there is none. */
  victim(): Promise<WorkerHandle | undefined>
  /** Notes a fault, does it, and notes when it was over. */
  fault(what: string, action: () => Promise<void> | void, worker?: WorkerHandle): Promise<Fault>
}
