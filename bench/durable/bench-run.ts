import type { EngineSettings } from './engine.js'
import type { BenchOptions } from './options.js'
import type { Shape } from './shapes.js'

/** What all parts of one run share. */
export interface BenchRun {
  readonly options: BenchOptions
  readonly url: string
  readonly redis: string | undefined
  /** Says what is being done, on a line that is not part of the report. */
  readonly say: (what: string) => void
}

/** Connections of every engine to the database: what Tasker, DBOS, graphile-worker and pg-boss have where nothing is said. */
export const connections = 10

export function settingsFor(
  { url, redis }: Pick<BenchRun, 'url' | 'redis'>,
  shape: Shape,
): Omit<EngineSettings, 'folder'> {
  return { url, redis, shape, isFresh: true, runs: true, connections, tuning: {} }
}

/** As many steps for all shapes: `tasks` is meant for those of four. */
export function amountFor({ tasks, single }: Pick<BenchOptions, 'tasks' | 'single'>, { steps }: Shape) {
  const share = 4 / steps.length
  return { tasks: Math.max(10, Math.round(tasks * share)), single: Math.max(5, Math.round(single * share)) }
}
