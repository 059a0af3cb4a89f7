import type { ClaimedTask } from '../contracts/store.js'
import type { StepDefinition, TaskDefinition } from '../contracts/task-definition.js'
import type { ChangeRecord } from '../workflow/change-record.js'
import { type FoldState, foldEvent } from '../workflow/fold.js'
import { foldChange } from '../workflow/fold-change.js'
import type { LogEvent } from '../workflow/log-entry.js'
import { isSatisfied, isSettled, ReadinessGraph, type Settlement } from '../workflow/readiness-graph.js'
import type { StepRecord, TaskRecord } from '../workflow/task-record.js'

const nothing: Settlement = { ready: [], unreachable: [], examined: 0 }

/**
 * The state of one owned task in memory: its rows, its graph, and which steps are ready, waiting, running or failed.
 * It changes only by events, through the same fold that rebuilds state from the log.
 */
export class OwnedTask {
  readonly id: string
  readonly definition: TaskDefinition | undefined
  /** Results by step name, as dependents receive them. */
  readonly results: Map<string, unknown>
  readonly #state: FoldState
  readonly #stepDefinitions: ReadonlyMap<string, StepDefinition>
  readonly #graph: ReadinessGraph
  readonly #ready = new Set<string>()
  /** Pending steps whose parents are satisfied but whose time has not come: name → due time in milliseconds. */
  readonly #waiting = new Map<string, number>()
  readonly #running = new Set<string>()
  readonly #failed = new Set<string>()
  #settledCount = 0
  #cancelledCount = 0

  constructor(claimed: Pick<ClaimedTask, 'task' | 'steps' | 'results'>, definition: TaskDefinition | undefined) {
    this.id = claimed.task.id
    this.definition = definition
    this.results = new Map(claimed.results)
    this.#state = { task: claimed.task, steps: new Map(claimed.steps.map((step) => [step.name, step])) }
    this.#stepDefinitions = new Map(definition?.steps.map((step) => [step.name, step]))
    this.#graph = new ReadinessGraph(claimed.steps)
    for (const step of claimed.steps) this.#place(step)
  }

  get task(): TaskRecord {
    return this.#state.task!
  }

  /** In order of definition. */
  get steps(): Iterable<StepRecord> {
    return this.#state.steps.values()
  }

  get ready(): ReadonlySet<string> {
    return this.#ready
  }

  get waiting(): ReadonlyMap<string, number> {
    return this.#waiting
  }

  get running(): ReadonlySet<string> {
    return this.#running
  }

  /** Steps at rest in `error`. */
  get failed(): ReadonlySet<string> {
    return this.#failed
  }

  get unsettledCount(): number {
    return this.#state.steps.size - this.#settledCount
  }

  get cancelledCount(): number {
    return this.#cancelledCount
  }

  step(name: string): StepRecord | undefined {
    return this.#state.steps.get(name)
  }

  stepDefinition(name: string): StepDefinition | undefined {
    return this.#stepDefinitions.get(name)
  }

  descendants(name: string): readonly string[] {
    return this.#graph.descendants(name)
  }

  /** The earliest due time of a waiting step, in milliseconds. */
  nextDueAt(): number | undefined {
    return this.#waiting.size === 0 ? undefined : Math.min(...this.#waiting.values())
  }

  /** Makes the waiting steps ready whose time has come. */
  promoteDue(now: number): void {
    for (const [name, dueAt] of this.#waiting) {
      if (dueAt > now) continue
      this.#waiting.delete(name)
      this.#ready.add(name)
    }
  }

  /** Applies an event to the rows and the graph; says what it did to the dependents of its step. */
  apply(event: LogEvent, index: number): { readonly step?: StepRecord; readonly settlement: Settlement } {
    const place = { entry: this.task.logEntry + 1, index }
    const step = foldEvent(this.#state, this.id, event, place)
    if (!step) return { settlement: nothing }
    this.#displace(step.name)
    this.#place(step)
    if (!isSettled(step)) return { step, settlement: nothing }
    const settlement = this.#graph.settle(step.name, isSatisfied(step))
    for (const name of settlement.ready) this.#place(this.#state.steps.get(name)!)
    return { step, settlement }
  }

  /** Applies a change that is none of the events: it touches the task's own row alone. */
  applyChange(change: ChangeRecord): void {
    this.#state.task = foldChange(this.task, change)
  }

  /** Puts down what the commit that is being prepared makes of ownership and log number: neither is part of the fold. */
  stamp(changes: Partial<Pick<TaskRecord, 'ownerId' | 'epoch' | 'logEntry'>>): void {
    this.#state.task = { ...this.task, ...changes }
  }

  #displace(name: string): void {
    this.#ready.delete(name)
    this.#waiting.delete(name)
    this.#running.delete(name)
    this.#failed.delete(name)
  }

  #place(step: StepRecord): void {
    if (isSettled(step)) this.#settledCount += 1
    if (step.state === 'cancelled') this.#cancelledCount += 1
    if (step.state === 'in_progress') this.#running.add(step.name)
    if (step.state === 'error') this.#failed.add(step.name)
    if (step.state !== 'pending' || !this.#graph.isReady(step.name)) return
    if (step.dueAt === null) this.#ready.add(step.name)
    else this.#waiting.set(step.name, Date.parse(step.dueAt))
  }
}
