import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditedTask, AuditFilter, AuditPage, AuditStore } from '../../contracts/audit.js'
import type { Clock } from '../../contracts/clock.js'
import type { TaskRecord } from '../../contracts/task-record.js'
import type { Command } from '../../contracts/task-request.js'
import type {
  Difference,
  StuckTask,
  VerifyOptions,
  VerifyProgress,
  VerifyReport,
} from '../../contracts/verification.js'
import { fullNameOf } from '../lifecycle-publisher.js'
import { compareTask } from './compare-task.js'
import { differenceText } from './difference-text.js'
import { findingOf, isStillStuck, stuckTask, unansweredAfterMs, unansweredCommand } from './stuck-tasks.js'
import { type DifferenceDraft, TaskRebuild } from './task-rebuild.js'

/** Entries of one read. */
const entriesPerRead = 500
const defaultLimit = 1_000
const defaultGraceMs = 5_000

export interface VerifierParts {
  readonly store: AuditStore
  readonly clock: Pick<Clock, 'now'>
  /** Takes out of a value what must not leave the engine. */
  readonly mask: <T extends object>(value: T, definitionKey?: string) => T
}

/**
 * Rebuilds every task from the log with the fold that the engine itself uses, and compares it with the rows, page by page.
 *
 * Rows and steps of a page are read at one moment, which is the commit of their entry n; the entries up to n are read afterwards,
 * because an entry never changes. So it runs beside busy workers, and keeps nothing open between two short statements.
 */
export async function verify(parts: VerifierParts, options: VerifyOptions = {}): Promise<VerifyReport> {
  return new Verification(parts, options).run()
}

class Verification {
  readonly #parts: VerifierParts
  readonly #options: VerifyOptions
  readonly #filter: AuditFilter
  readonly #limit: number
  readonly #differences: Difference[] = []
  readonly #suspects: TaskRecord[] = []
  #tasks = 0
  #events = 0

  constructor(parts: VerifierParts, options: VerifyOptions) {
    const { namespace, since, taskId } = options.filter ?? {}
    this.#parts = parts
    this.#options = options
    this.#limit = options.limit ?? defaultLimit
    this.#filter = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
      ...(taskId === undefined ? {} : { taskId }),
    }
  }

  async run(): Promise<VerifyReport> {
    const isWhole = (await this.#compareTasks()) && (await this.#findOrphans())
    const stuck = await this.#confirmStuck()
    return { tasks: this.#tasks, events: this.#events, differences: this.#differences, stuck, isWhole }
  }

  /** Gives whether it came to the end of the tasks. */
  async #compareTasks(): Promise<boolean> {
    const { store, clock } = this.#parts
    const createdUntil = new Date(clock.now()).toISOString()
    for (let after: string | undefined; ; ) {
      const query = { filter: this.#filter, createdUntil, ...(after === undefined ? {} : { after }) }
      const page = await store.auditTasks(query)
      for (const group of groupsOf(page.tasks)) await this.#compareGroup(group)
      this.#collectSuspects(page)
      this.#progress('tasks')
      if (page.next === undefined) return true
      if (this.#isFull) return false
      after = page.next
    }
  }

  async #compareGroup(group: readonly AuditedTask[]): Promise<void> {
    const looks = new Map(
      group.map((audited) => [audited.task.id, { audited, rebuild: new TaskRebuild(audited.changes) }]),
    )
    const last = Math.max(...group.map(lastEntryOf))
    for (let first = 1; first <= last; first += entriesPerRead) {
      const entries = await this.#parts.store.auditEntries([...looks.keys()], first, first + entriesPerRead - 1)
      for (const entry of entries) {
        const { audited, rebuild } = looks.get(entry.taskId)!
        // What was committed after the rows were read is none of this look's business.
        if (entry.entry <= audited.task.logEntry) rebuild.add(entry)
      }
    }
    for (const { audited, rebuild } of looks.values()) await this.#finish(audited, rebuild)
  }

  async #finish(audited: AuditedTask, rebuild: TaskRebuild): Promise<void> {
    rebuild.end(audited.task.logEntry)
    this.#tasks += 1
    this.#events += rebuild.events
    const drafts = compareTask(audited, rebuild)
    if (drafts.length === 0 || (await this.#isGone(audited.task.id))) return
    for (const draft of drafts) this.#report(audited.task.id, draft, fullNameOf(audited.task))
  }

  /** Retention takes rows and log at once, but perhaps between our looks at the two. */
  async #isGone(taskId: string): Promise<boolean> {
    return (await this.#parts.store.auditTasks({ filter: { taskId } })).tasks.length === 0
  }

  /** Gives whether it came to the end of the log. A filter by namespace or time says nothing about what has no row. */
  async #findOrphans(): Promise<boolean> {
    const { namespace, since, taskId } = this.#filter
    if (namespace !== undefined || since !== undefined) return true
    for (let after: string | undefined; ; ) {
      const { taskIds, next } = await this.#parts.store.auditOrphans(taskId, after)
      for (const id of taskIds) this.#report(id, { kind: 'task_missing' })
      this.#progress('log')
      if (next === undefined) return true
      if (this.#isFull) return false
      after = next
    }
  }

  #report(taskId: string, draft: DifferenceDraft, definitionKey?: string): void {
    if (this.#isFull) return
    const masked = this.#masked(draft, definitionKey)
    this.#differences.push({ ...masked, taskId, message: differenceText(taskId, masked) })
  }

  #masked(draft: DifferenceDraft, definitionKey: string | undefined): DifferenceDraft {
    const { field, row, log } = draft
    if (draft.kind !== 'field' || field === undefined) return draft
    const mask = (value: unknown): unknown => this.#parts.mask({ [field]: value }, definitionKey)[field]
    return { ...draft, row: mask(row), log: mask(log) }
  }

  #collectSuspects({ tasks, hasLiveWorker }: AuditPage): void {
    const now = this.#parts.clock.now()
    for (const audited of tasks) {
      if (this.#suspects.length === this.#limit) return
      if (findingOf(audited, hasLiveWorker, now) !== undefined) this.#suspects.push(audited.task)
    }
  }

  /** Looks a second time after a while: a claim, a takeover, an answer may have been under way. */
  async #confirmStuck(): Promise<StuckTask[]> {
    const commands = await this.#unansweredCommands()
    if (this.#suspects.length + commands.length === 0) return []
    const { graceMs = defaultGraceMs, signal } = this.#options
    await sleep(graceMs, undefined, signal ? { signal } : {}).catch(() => undefined)
    const stuck: StuckTask[] = []
    for (const suspect of this.#suspects) {
      const finding = await isStillStuck(this.#parts.store, suspect, this.#parts.clock.now())
      if (finding !== undefined) stuck.push(stuckTask(suspect, finding))
      this.#progress('stuck')
    }
    const still = new Set((await this.#unansweredCommands()).map(({ id }) => id))
    const unanswered = commands.filter(({ id }) => still.has(id)).slice(0, this.#limit - stuck.length)
    return [...stuck, ...unanswered.map(unansweredCommand)]
  }

  async #unansweredCommands(): Promise<readonly Command[]> {
    const { namespace, since, taskId } = this.#filter
    if (namespace !== undefined || since !== undefined) return []
    const before = new Date(this.#parts.clock.now() - unansweredAfterMs).toISOString()
    const commands = await this.#parts.store.unansweredCommands(before)
    return taskId === undefined ? commands : commands.filter((command) => command.taskId === taskId)
  }

  get #isFull(): boolean {
    return this.#differences.length >= this.#limit
  }

  #progress(phase: VerifyProgress['phase']): void {
    this.#options.signal?.throwIfAborted()
    this.#options.onProgress?.({ tasks: this.#tasks, events: this.#events, phase })
  }
}

/** The last entry that is there and that the row knows of. */
function lastEntryOf({ task, lastLogged }: AuditedTask): number {
  return Math.min(task.logEntry, lastLogged ?? 0)
}

/** Tasks whose entries are read together: about as many entries as one read gives. */
function groupsOf(tasks: readonly AuditedTask[]): AuditedTask[][] {
  const groups: AuditedTask[][] = []
  let room = 0
  for (const audited of tasks) {
    const entries = lastEntryOf(audited)
    if (entries > room || groups.length === 0) {
      groups.push([])
      room = entriesPerRead
    }
    groups.at(-1)!.push(audited)
    room -= entries
  }
  return groups
}
