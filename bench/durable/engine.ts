import type { Shape } from './shapes.js'

/** What an engine is given: where to keep its state, and the graph that it is to run. */
export interface EngineSettings {
  /** URL of the PostgreSQL database. */
  readonly url: string
  /** URL of Redis, where one answers. */
  readonly redis: string | undefined
  /** An empty folder of its own. */
  readonly folder: string
  readonly shape: Shape
  /** Whether to begin with empty tables. False in a further worker, and where the tables have been filled on purpose. */
  readonly isFresh: boolean
  /** False in a process that creates tasks for others to run. */
  readonly runs: boolean
  /** Connections to the database, the same for all engines. */
  readonly connections: number
  /** Choices that only one engine knows, such as the batch size of the floor. */
  readonly tuning: Readonly<Record<string, string>>
}

/** What an engine tells while it runs. */
export interface EngineWatch {
  /** A step was run: called by every handler of a step, so that nobody can leave one out. */
  readonly stepRan: () => void
  /** A task has ended, as the process that ran its last step knows it. */
  readonly taskEnded: () => void
}

/** An engine that is open: it has its tables and runs tasks. */
export interface OpenEngine {
  /** Creates tasks, all at once and in the fastest way that the engine has, and resolves when all of them are stored. */
  createMany(count: number): Promise<void>
  /** Creates one task and resolves when its creator has been told, by whatever way the engine has, that it has ended. */
  runOne(): Promise<void>
  close(): Promise<void>
}

/** One contender. Each runs in a process of its own. */
export interface Engine {
  open(settings: EngineSettings, watch: EngineWatch): Promise<OpenEngine>
}
