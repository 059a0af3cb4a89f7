/** What one step of retention took away. */
export interface Taken {
  /** Whole tasks: their rows, steps, commands and entries of the log. */
  readonly tasks: number
  /** Entries of the log. */
  readonly entries: number
}

export interface TakeRequest {
  /** Who takes: the holder of the retention. */
  readonly holder: string
  /** Tasks that ended before, ISO 8601. */
  readonly finishedBefore: string
  /** Most tasks. */
  readonly limit: number
  /** The `next` of the step before. */
  readonly after?: string
}

/** What retention would take away if it ran now. */
export interface RetentionPlan {
  readonly tasks: number
  /** Partitions of the log that would be dropped. */
  readonly partitions: readonly string[]
}

/**
 * Housekeeping of the log: partitions for the time to come, and retention. Each call is one short transaction; whoever is stopped
 * between two of them leaves a consistent database, and the next one goes on.
 */
export interface LogUpkeepStore {
  /**
   * Makes the partitions of the log for now and the next two intervals. Gives the names of the new ones: none if they are there, if
   * another process is at it, or if their tables are locked, in which case the default partition takes what is written.
   */
  makeLogPartitions(intervalMs: number): Promise<readonly string[]>

  /** Makes `holder` the only one who may take anything, until it ends or has done nothing for `leaseMs`. False if another is. */
  beginRetention(holder: string, leaseMs: number): Promise<boolean>
  endRetention(holder: string): Promise<void>
  /**
   * Takes whole tasks that are complete, cancelled or resolved by a person. `next` goes on behind them; absent at the end.
   *
   * @throws RetentionLostError if another holder has taken over
   */
  takeFinishedTasks(request: TakeRequest): Promise<Taken & { readonly next?: string }>
  /** Takes entries without a task that are older than `olderThanMs` out of the default partition, which is never dropped. */
  takeTasklessEntries(holder: string, olderThanMs: number, limit: number): Promise<Taken>
  /** Partitions all of whose time is longer ago than `olderThanMs`, the oldest first. By the clock of the database. */
  expiredPartitions(olderThanMs: number): Promise<readonly string[]>
  /** Moves entries of tasks out of a partition into the present one. Gives how many; 0 when none is left. Ids and numbers stay. */
  moveForward(holder: string, partition: string, limit: number): Promise<number>
  /** Drops a partition that has no entries of tasks any more; undefined if it has, or if it is locked. Gives what went with it. */
  dropLogPartition(holder: string, partition: string): Promise<Taken | undefined>

  planRetention(finishedBefore: string, olderThanMs: number): Promise<RetentionPlan>
}
