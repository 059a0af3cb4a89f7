import type { Actor } from './actor.js'
import type { ChangeRecord } from './changes.js'

/** A kind of task: of all its versions, or of one. */
export interface TaskType {
  /** Default `default`. */
  readonly namespace?: string
  readonly name: string
  /** Exact, such as `2.1.0`. Absent: all versions. */
  readonly version?: string
}

/** A pause of a namespace, or of a task type. That of a single task stands in its row: `pausedAt`. */
export interface PauseRecord {
  /** `payments`, `payments.refund` or `payments.refund@2.1.0`. */
  readonly key: string
  readonly namespace: string
  /** Null: the whole namespace. */
  readonly name: string | null
  /** Null: all versions. */
  readonly version: string | null
  readonly reason: string
  readonly actor: Actor
  /** ISO 8601. */
  readonly pausedAt: string
}

/** A waiting task that a pause holds, or that none holds any more. */
export interface HeldTask {
  readonly taskId: string
  /** The number of its latest log entry. */
  readonly entry: number
}

/** Makes the record of what is done to these tasks, for the same transaction. */
export type ChangesOf = (tasks: readonly HeldTask[]) => readonly ChangeRecord[]

/** The pauses of namespaces and task types, and what waits because of them. */
export interface PauseStore {
  /** All that are in force, by key. */
  listPauses(): Promise<readonly PauseRecord[]>
  /** False if there is one of this key: then nothing is written. */
  addPause(pause: PauseRecord, change: ChangeRecord): Promise<boolean>
  /** False if there is none. */
  removePause(key: string, change: ChangeRecord): Promise<boolean>
  /** Parks tasks that wait under a pause and do not say so, at most 1000; gives how many. Those of live owners are left alone. */
  parkHeld(changesOf: ChangesOf): Promise<number>
  /** Has tasks wait for their time again that are parked as paused and under no pause any more, at most 1000. */
  unparkFreed(changesOf: ChangesOf): Promise<number>
}
