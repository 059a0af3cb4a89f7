import type { TaskWrite, WriteOutcome } from '../contracts/store.js'
import type { Transaction } from '../contracts/transaction.js'
import { BrokenWriteError, WriteRefusedError } from '../errors/persistence-errors.js'
import type { Database } from './database.js'
import { isRefusal, isWorthRepeating } from './database-failures.js'
import { WriteStatementBuilder, type WriteStatementRow } from './write-statement.js'

interface LockedTask {
  readonly id: string
  readonly epoch: number
  readonly log_entry: number
}

const MOST_TRIES = 5

/**
 * Commits writes in groups: one transaction for all of them, in three round trips (BEGIN with the locks, the rows, COMMIT), or
 * in a single one where all tasks are new and nobody takes part.
 *
 * The rows of the tasks are locked first, in id order, so that two groups never wait for each other in a circle. Only under the
 * lock is the epoch compared: between a look without a lock and the write, another worker could claim the task.
 */
export class WriteCommitter {
  readonly #database: Database
  readonly #statements: WriteStatementBuilder

  constructor(database: Database) {
    this.#database = database
    this.#statements = new WriteStatementBuilder(database)
  }

  async commit(writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]> {
    if (writes.length === 0) return []
    checkTasksDiffer(writes)
    return this.#commitOrBisect(writes)
  }

  /** Halves a group that the database refuses until the write that it refuses stands alone. */
  async #commitOrBisect(writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]> {
    try {
      return await this.#commitRepeatedly(writes)
    } catch (error) {
      if (!isRefusal(error)) throw error
      const [only, ...others] = writes
      if (others.length === 0) return [refused(only!, error)]
      const middle = writes.length >> 1
      const before = await this.#commitOrBisect(writes.slice(0, middle))
      return [...before, ...(await this.#commitOrBisect(writes.slice(middle)))]
    }
  }

  async #commitRepeatedly(writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#commitGroup(writes)
      } catch (error) {
        // Our own locks are in order; those of participants may not be.
        if (tries === MOST_TRIES || !isWorthRepeating(error)) throw error
      }
    }
  }

  async #commitGroup(writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]> {
    const isSingleStatement = writes.every((write) => write.isNew && !write.participants?.length)
    if (isSingleStatement) return this.#writeRows(this.#database, writes, new Map())
    const lockedIds = writes.filter((write) => !write.isNew).map((write) => write.task.id)
    return this.#database.transaction(
      async (transaction, lockedRows) => {
        const locked = new Map((lockedRows as unknown as LockedTask[]).map((row) => [row.id, row]))
        const outcomes = await this.#writeRows(transaction, writes, locked)
        await runParticipants(transaction, writes, outcomes)
        return outcomes
      },
      lockedIds.length === 0 ? undefined : this.#lockSql(lockedIds),
    )
  }

  /** The ids stand in the text, because only statements without values can share a round trip with BEGIN. */
  #lockSql(taskIds: readonly string[]): string {
    const ids = taskIds.map((id) => `'${checkUuid(id)}'`).join(', ')
    return `select id, epoch, log_entry from ${this.#database.table('tasks')} where id in (${ids}) order by id for update`
  }

  async #writeRows(
    transaction: Transaction,
    writes: readonly TaskWrite[],
    locked: ReadonlyMap<string, LockedTask>,
  ): Promise<readonly WriteOutcome[]> {
    const outcomes = writes.map((write) => fence(write, locked.get(write.task.id)))
    const admitted = writes.filter((_, index) => outcomes[index]!.status === 'committed')
    if (admitted.length === 0) return outcomes
    const statement = this.#statements.build(admitted)
    const rows = await transaction.query<WriteStatementRow>(statement.sql, statement.values)
    checkCounts(admitted, rows[0])
    const logIds = new Map(rows.map((row) => [row.logTaskId, row.logId]))
    return writes.map((write, index) => withLogId(outcomes[index]!, logIds.get(write.task.id)))
  }
}

async function runParticipants(
  transaction: Transaction,
  writes: readonly TaskWrite[],
  outcomes: readonly WriteOutcome[],
): Promise<void> {
  for (const [index, write] of writes.entries()) {
    if (outcomes[index]!.status !== 'committed') continue
    for (const participant of write.participants ?? []) await participant(transaction)
  }
}

/** Whether a write may be written, going by the row that its task has now. */
function fence(write: TaskWrite, row: LockedTask | undefined): WriteOutcome {
  const { task } = write
  const firstEntry = write.events.length > 0 ? 1 : 0
  if (write.isNew) return expectEntry(write, firstEntry)
  if (row === undefined) return { status: 'lost', currentEpoch: 0 }
  if (row.epoch !== task.epoch) return { status: 'lost', currentEpoch: row.epoch }
  return expectEntry(write, row.log_entry + firstEntry)
}

function expectEntry({ task }: TaskWrite, expected: number): WriteOutcome {
  if (task.logEntry === expected) return { status: 'committed' }
  const what = `A write of task ${task.id} has log entry ${task.logEntry} where ${expected} is next`
  return {
    status: 'refused',
    error: new BrokenWriteError(what, { taskId: task.id, expected, received: task.logEntry }),
  }
}

function withLogId(outcome: WriteOutcome, logId: string | null | undefined): WriteOutcome {
  return outcome.status === 'committed' && logId ? { status: 'committed', logId } : outcome
}

function refused(write: TaskWrite, error: unknown): WriteOutcome {
  const reason = error instanceof BrokenWriteError ? error : new WriteRefusedError(write.task.id, error)
  return { status: 'refused', error: reason }
}

/** An update that finds no row says nothing: whether all were found is seen only by counting. */
function checkCounts(writes: readonly TaskWrite[], row: WriteStatementRow | undefined): void {
  // Without log entries there is one row of counts, with them as many as entries.
  const tasks = writes.filter((write) => !write.isNew).length
  const steps = writes.reduce((sum, write) => sum + write.changedSteps.length, 0)
  if (row?.changedTasks === tasks && row.changedSteps === steps) return
  const found = `${row?.changedTasks ?? 0} tasks and ${row?.changedSteps ?? 0} steps`
  throw new BrokenWriteError(`A commit was to change ${tasks} tasks and ${steps} steps and found ${found}`, {
    taskIds: writes.map((write) => write.task.id),
  })
}

function checkTasksDiffer(writes: readonly TaskWrite[]): void {
  const ids = new Set(writes.map((write) => write.task.id))
  if (ids.size < writes.length)
    throw new BrokenWriteError('One commit has two writes of one task', { taskIds: [...ids] })
}

function checkUuid(id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id
  throw new BrokenWriteError(`${JSON.stringify(id)} is not the id of a task`, { taskId: id })
}
