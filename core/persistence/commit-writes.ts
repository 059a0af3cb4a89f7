import { setTimeout as sleep } from 'node:timers/promises'
import type { Alongside, TaskWrite, WriteOutcome } from '../contracts/store.js'
import type { Transaction } from '../contracts/transaction.js'
import { BrokenWriteError, DatabaseUnavailableError, WriteRefusedError } from '../errors/persistence-errors.js'
import {
  CommitFunction,
  type CommitFunctionRow,
  IDENTITIES_TAKEN_STATE,
  ROWS_MISSING_STATE,
  TASKS_DIFFER_STATE,
} from './commit-function.js'
import type { Database } from './database.js'
import { isRefusal, isUnforeseen, isWorthRepeating, sqlStateOf } from './database-failures.js'

const MOST_TRIES = 5
const UNFORESEEN_PAUSE_MS = 50

/** What of a row a write has to fit. */
interface StoredTask {
  readonly id: string
  readonly epoch: number
  readonly logEntry: number
}

/**
 * Commits writes in groups: one transaction for all of them, and a single round trip where nobody takes part in it
 * (see {@link CommitFunction}).
 */
export class WriteCommitter {
  readonly #database: Database
  readonly #function: CommitFunction
  /** Writes of commits that got no answer: they may have been committed. */
  readonly #inDoubt = new WeakSet<TaskWrite>()

  constructor(database: Database) {
    this.#database = database
    this.#function = new CommitFunction(database)
  }

  async commit(writes: readonly TaskWrite[], alongside?: Alongside): Promise<readonly WriteOutcome[]> {
    if (writes.length === 0) return []
    checkTasksDiffer(writes)
    const known = await this.#findCommitted(writes)
    const open = known.size === 0 ? writes : writes.filter((write) => !known.has(write))
    try {
      const outcomes = await this.#recheck(open, await this.#commitOncePerIdentity(open, alongside))
      return known.size === 0 ? outcomes : inOrder(writes, known, open, outcomes)
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) for (const write of writes) this.#inDoubt.add(write)
      throw error
    }
  }

  /**
   * What was not in the log a moment ago may have arrived since: a statement that a network held back, or a server that was slow,
   * outlives the connection that we gave up. Then ours finds the rows changed, by itself.
   */
  async #recheck(writes: readonly TaskWrite[], outcomes: readonly WriteOutcome[]): Promise<readonly WriteOutcome[]> {
    const failed = writes.filter((_, index) => outcomes[index]!.status !== 'committed')
    const late = await this.#findCommitted(failed)
    return late.size === 0 ? outcomes : writes.map((write, index) => late.get(write) ?? outcomes[index]!)
  }

  /** Those of earlier calls without an answer that were committed all the same: the log has their first event. */
  async #findCommitted(writes: readonly TaskWrite[]): Promise<ReadonlyMap<TaskWrite, WriteOutcome>> {
    // A write without events leaves no trace, and may be written again as often as one likes.
    const doubtful = writes.filter((write) => this.#inDoubt.has(write) && write.events.length > 0)
    if (doubtful.length === 0) return new Map()
    const sql = `select id, task_id as "taskId", events -> 0 ->> 'id' as "eventId" from ${this.#database.table('event_log')}
      where (task_id, entry) in (select * from unnest($1::uuid[], $2::int[]))`
    const rows = await this.#database.query<{ id: string; taskId: string; eventId: string }>(sql, [
      doubtful.map(({ task }) => task.id),
      doubtful.map(({ task }) => task.logEntry),
    ])
    const byTask = new Map(rows.map((row) => [row.taskId, row]))
    const found = new Map<TaskWrite, WriteOutcome>()
    for (const write of doubtful) {
      const row = byTask.get(write.task.id)
      if (row?.eventId === write.events[0]!.id) found.set(write, { status: 'committed', logId: row.id })
    }
    return found
  }

  /** Of several new tasks of one identity only the first is written; the others are its duplicates, or take its place if it is refused. */
  async #commitOncePerIdentity(writes: readonly TaskWrite[], alongside?: Alongside): Promise<readonly WriteOutcome[]> {
    const repeats = repeatsOfIdentities(writes)
    if (repeats.size === 0) return this.#commitOrBisect(writes, alongside)
    const firsts = writes.filter((write) => !repeats.has(write))
    const outcomes = new Map<TaskWrite, WriteOutcome>()
    for (const [index, outcome] of (await this.#commitOrBisect(firsts, alongside)).entries())
      outcomes.set(firsts[index]!, outcome)
    for (const [write, first] of repeats) {
      const outcome = outcomes.get(first)!
      if (outcome.status === 'duplicate') outcomes.set(write, outcome)
      if (outcome.status === 'committed') outcomes.set(write, { status: 'duplicate', taskId: first.task.id })
    }
    const left = writes.filter((write) => !outcomes.has(write))
    return inOrder(writes, outcomes, left, await this.#commitOncePerIdentity(left, alongside))
  }

  /** Halves a group that the database refuses until the write that it refuses stands alone. */
  async #commitOrBisect(writes: readonly TaskWrite[], alongside?: Alongside): Promise<readonly WriteOutcome[]> {
    if (writes.length === 0) return []
    try {
      return await this.#commitRepeatedly(writes, alongside)
    } catch (error) {
      if (!isRefusal(error)) throw error
      const [only, ...others] = writes
      if (others.length === 0) return this.#commitAlone(only!, error, alongside)
      const middle = writes.length >> 1
      const before = await this.#commitOrBisect(writes.slice(0, middle), alongside)
      return [...before, ...(await this.#commitOrBisect(writes.slice(middle), alongside))]
    }
  }

  /** Refuses a write that stands alone, but for a reason that nobody foresaw only when it persists. */
  async #commitAlone(write: TaskWrite, error: unknown, alongside?: Alongside): Promise<readonly WriteOutcome[]> {
    let reason = error
    for (let tries = 1; tries < MOST_TRIES && isUnforeseen(reason); tries++) {
      await sleep(UNFORESEEN_PAUSE_MS * tries)
      try {
        return await this.#commitRepeatedly([write], alongside)
      } catch (again) {
        if (!isRefusal(again)) throw again
        reason = again
      }
    }
    return [refused(write, reason)]
  }

  async #commitRepeatedly(writes: readonly TaskWrite[], alongside?: Alongside): Promise<readonly WriteOutcome[]> {
    for (let tries = 1; ; tries++) {
      try {
        if (alongside === undefined) return await this.#write(this.#database, writes)
        return await this.#database.transaction(async (transaction) => {
          const outcomes = await this.#write(transaction, writes)
          await alongside(transaction, writes)
          return outcomes
        })
      } catch (error) {
        const state = sqlStateOf(error)
        if (state === TASKS_DIFFER_STATE || state === IDENTITIES_TAKEN_STATE) {
          const misfits = await (state === TASKS_DIFFER_STATE
            ? this.#findMisfits(writes)
            : this.#findDuplicates(writes))
          if (misfits.size > 0) return this.#commitOthers(writes, misfits, alongside)
          // They fit by now: whoever had claimed one, or had its identity, meanwhile has taken that back.
          if (tries === MOST_TRIES) throw brokenBecause(error, writes)
          continue
        }
        // Our own locks are in order; those of participants may not be.
        if (tries === MOST_TRIES || !isWorthRepeating(error)) throw error
      }
    }
  }

  async #write(target: Pick<Transaction, 'query'>, writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]> {
    const values = this.#function.values(writes)
    try {
      const [row] = await target.query<CommitFunctionRow>(this.#function.callSql, values)
      return committed(writes, row!.logIds)
    } catch (error) {
      throw sqlStateOf(error) === ROWS_MISSING_STATE ? brokenBecause(error, writes) : error
    }
  }

  /** Leaves out those that do not fit: nothing was written by the call that found out. */
  async #commitOthers(
    writes: readonly TaskWrite[],
    misfits: ReadonlyMap<TaskWrite, WriteOutcome>,
    alongside?: Alongside,
  ): Promise<readonly WriteOutcome[]> {
    const others = writes.filter((write) => !misfits.has(write))
    const outcomes = others.length === 0 ? [] : await this.#commitRepeatedly(others, alongside)
    return inOrder(writes, misfits, others, outcomes)
  }

  async #findMisfits(writes: readonly TaskWrite[]): Promise<ReadonlyMap<TaskWrite, WriteOutcome>> {
    const sql = `select id, epoch, log_entry as "logEntry" from ${this.#database.table('tasks')} where id = any($1::uuid[])`
    const rows = await this.#database.query<StoredTask>(sql, [writes.map(({ task }) => task.id)])
    const byId = new Map(rows.map((row) => [row.id, row]))
    const misfits = writes.map((write) => [write, misfitOf(write, byId.get(write.task.id))] as const)
    return new Map(misfits.filter((pair): pair is [TaskWrite, WriteOutcome] => pair[1] !== undefined))
  }

  /** The new tasks whose identity another task has at the time of their creation. Identities of tasks that are gone are let go of. */
  async #findDuplicates(writes: readonly TaskWrite[]): Promise<ReadonlyMap<TaskWrite, WriteOutcome>> {
    const named = writes.filter((write) => write.identity !== undefined)
    const [tasks, identities] = [this.#database.table('tasks'), this.#database.table('task_identities')]
    const sql = `with gone as (
        delete from ${identities} i where hash = any($1::text[]) and not exists (select 1 from ${tasks} t where t.id = i.task_id)
        returning hash
      )
      select x.place::int - 1 as place, i.task_id as "taskId"
      from unnest($1::text[], $2::timestamptz[]) with ordinality as x(hash, created_at, place)
      join ${identities} i on i.hash = x.hash and i.hash not in (select hash from gone)
      where not coalesce(i.expires_at <= x.created_at, false)`
    const rows = await this.#database.query<{ place: number; taskId: string }>(sql, [
      named.map(({ identity }) => identity!.hash),
      named.map(({ task }) => task.createdAt),
    ])
    return new Map(rows.map(({ place, taskId }) => [named[place]!, { status: 'duplicate', taskId }]))
  }
}

/** New tasks that have the identity of one before them, with that one. */
function repeatsOfIdentities(writes: readonly TaskWrite[]): ReadonlyMap<TaskWrite, TaskWrite> {
  const firsts = new Map<string, TaskWrite>()
  const repeats = new Map<TaskWrite, TaskWrite>()
  for (const write of writes) {
    if (write.identity === undefined) continue
    const first = firsts.get(write.identity.hash)
    if (first === undefined) firsts.set(write.identity.hash, write)
    else repeats.set(write, first)
  }
  return repeats
}

/** Puts together what was known beforehand and what became of the others. */
function inOrder(
  writes: readonly TaskWrite[],
  known: ReadonlyMap<TaskWrite, WriteOutcome>,
  others: readonly TaskWrite[],
  outcomes: readonly WriteOutcome[],
): readonly WriteOutcome[] {
  const byWrite = new Map(others.map((write, index) => [write, outcomes[index]!]))
  return writes.map((write) => known.get(write) ?? byWrite.get(write)!)
}

/** Rows that an update did not find although nobody else may change them: a defect, and not one of the data. */
function brokenBecause(error: unknown, writes: readonly TaskWrite[]): BrokenWriteError {
  return new BrokenWriteError((error as Error).message, { taskIds: writes.map(({ task }) => task.id) })
}

function committed(writes: readonly TaskWrite[], logIds: readonly string[]): readonly WriteOutcome[] {
  let next = 0
  return writes.map(({ events }) =>
    events.length > 0 ? { status: 'committed', logId: logIds[next++]! } : { status: 'committed' },
  )
}

/** Why a write may not be written, going by the row that its task has; undefined if it may. Epochs only grow. */
function misfitOf({ task, isNew, events }: TaskWrite, row: StoredTask | undefined): WriteOutcome | undefined {
  if (isNew) return undefined
  if (row === undefined) return { status: 'lost', currentEpoch: 0 }
  if (row.epoch !== task.epoch) return { status: 'lost', currentEpoch: row.epoch }
  const expected = row.logEntry + (events.length > 0 ? 1 : 0)
  if (task.logEntry === expected) return undefined
  const what = `A write of task ${task.id} has log entry ${task.logEntry} where ${expected} is next`
  return {
    status: 'refused',
    error: new BrokenWriteError(what, { taskId: task.id, expected, received: task.logEntry }),
  }
}

function refused(write: TaskWrite, error: unknown): WriteOutcome {
  const reason = error instanceof BrokenWriteError ? error : new WriteRefusedError(write.task.id, error)
  return { status: 'refused', error: reason }
}

function checkTasksDiffer(writes: readonly TaskWrite[]): void {
  const ids = new Set(writes.map((write) => write.task.id))
  if (ids.size < writes.length)
    throw new BrokenWriteError('One commit has two writes of one task', { taskIds: [...ids] })
}
