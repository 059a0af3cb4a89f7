import type { AuditedEntry } from '../../contracts/audit.js'
import type { ChangeRecord } from '../../contracts/changes.js'
import type { Difference, DifferenceKind } from '../../contracts/verification.js'
import { type FoldState, foldEvent } from '../../workflow/fold.js'
import { foldChange } from '../../workflow/fold-change.js'
import type { LogEvent } from '../../workflow/log-entry.js'
import {
  isLegal,
  type StepTransitionEvent,
  stepTransitions,
  type TaskTransitionEvent,
  taskTransitions,
} from '../../workflow/state-machines.js'

/** A difference before it is told whose it is. */
export type DifferenceDraft = Omit<Difference, 'taskId' | 'message'>

/** Builds one task anew from its entries and its changes, and notes what is wrong with the entries themselves. */
export class TaskRebuild {
  readonly state: FoldState = { task: undefined, steps: new Map() }
  readonly problems: DifferenceDraft[] = []
  /** Events read. */
  events = 0
  /** Places, `entry.index`, where results stand. */
  readonly #results = new Set<string>()
  readonly #changes: readonly ChangeRecord[]
  #nextChange = 0
  #previous: AuditedEntry | undefined
  #isBroken = false

  /** @param changes those that rows are made of, in their order */
  constructor(changes: readonly ChangeRecord[] = []) {
    this.#changes = changes
  }

  /** Whether state and steps are what the log says; not if entries or events are missing, doubled or cannot be read. */
  get isSound(): boolean {
    return !this.#isBroken
  }

  /** Takes the entries in the order of their numbers. */
  add(entry: AuditedEntry): void {
    const previous = this.#previous
    if (entry.entry === previous?.entry) {
      this.#break('entry_doubled', { entry: entry.entry, log: [previous.id, entry.id] })
      return
    }
    this.#previous = entry
    this.#reportMissing((previous?.entry ?? 0) + 1, entry.entry - 1)
    if (previous !== undefined && BigInt(entry.id) <= BigInt(previous.id)) {
      this.#note('entry_disordered', { entry: entry.entry, log: [previous.id, entry.id] })
    }
    this.#fold(entry)
  }

  /** Tells that there are no more, and which number the last one should have. */
  end(lastEntry: number): void {
    this.#reportMissing((this.#previous?.entry ?? 0) + 1, lastEntry)
    this.#foldChanges(lastEntry, Number.POSITIVE_INFINITY)
  }

  hasResults(entry: number, index: number): boolean {
    return this.#results.has(`${entry}.${index}`)
  }

  #reportMissing(first: number, last: number): void {
    if (first > last) return
    this.#break('entry_missing', first === last ? { entry: first } : { entry: first, row: { first, last } })
  }

  #fold({ taskId, entry, events }: AuditedEntry): void {
    if (!Array.isArray(events)) {
      this.#break('event_unreadable', { entry, log: 'not a list of events' })
      return
    }
    for (const [index, event] of (events as readonly LogEvent[]).entries()) {
      this.events += 1
      this.#foldChanges(entry - 1, index)
      try {
        this.#foldEvent(taskId, event, entry, index)
      } catch (error) {
        this.#break('event_unreadable', { entry, field: `events[${index}]`, log: String(error) })
      }
    }
  }

  #foldEvent(taskId: string, event: LogEvent, entry: number, index: number): void {
    const isOfTask = event.name in taskTransitions
    if (!isOfTask && !(event.name in stepTransitions)) return
    const { stepName, results } = event.payload as { readonly stepName?: string; readonly results?: unknown }
    const before = isOfTask ? this.state.task : this.state.steps.get(stepName!)
    const name = event.name as TaskTransitionEvent | StepTransitionEvent
    if (!this.#isBroken && !isLegal(name, before?.state ?? null)) {
      const step = isOfTask || stepName === undefined ? {} : { step: stepName }
      this.#note('transition_illegal', { entry, ...step, row: before?.state ?? null, log: event.name })
    }
    foldEvent(this.state, taskId, event, { entry, index })
    if (results !== undefined) this.#results.add(`${entry}.${index}`)
  }

  /** Those that were made before the event of this place in the entry after `entry`. */
  #foldChanges(entry: number, place: number): void {
    for (; this.#nextChange < this.#changes.length; this.#nextChange++) {
      const change = this.#changes[this.#nextChange]!
      if (change.entry! > entry || (change.entry === entry && change.place! > place)) return
      if (this.state.task) this.state.task = foldChange(this.state.task, change)
    }
  }

  #break(kind: DifferenceKind, about: Omit<DifferenceDraft, 'kind'>): void {
    this.#isBroken = true
    this.#note(kind, about)
  }

  #note(kind: DifferenceKind, about: Omit<DifferenceDraft, 'kind'>): void {
    this.problems.push({ kind, ...about })
  }
}
