import type { ClaimedTask } from '../contracts/store.js'
import type { StepDefinition, TaskDefinition } from '../contracts/task-definition.js'
import type { ChangeRecord } from '../workflow/change-record.js'
import { type FoldState, foldEvent } from '../workflow/fold.js'
import { foldChange } from '../workflow/fold-change.js'
import type { LogEvent } from '../workflow/log-entry.js'
import { isSatisfied, isSettled, ReadinessGraph, type Settlement } from '../workflow/readiness-graph.js'
import type { StepRecord, TaskRecord } from '../workflow/task-record.js'
import { FanOut } from './fan-out.js'

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
  /** What the elements of an `.each` step do, by the name of that step. */
  readonly #elementDefinitions = new Map<string, StepDefinition>()
  readonly #graph: ReadinessGraph
  readonly #ready = new Set<string>()
  /** Pending steps whose parents are satisfied but whose time has not come: name → due time in milliseconds. */
  readonly #waiting = new Map<string, number>()
  readonly #running = new Set<string>()
  readonly #failed = new Set<string>()
  /** Steps in progress of which nothing runs here: a child task or the step's own elements do the work. */
  readonly #delegated = new Set<string>()
  /** By the name of the `.each` step. */
  readonly #fanOuts = new Map<string, FanOut>()
  /** Decision → its branches. */
  readonly #branches = new Map<string, string[]>()
  #settledCount = 0
  #cancelledCount = 0

  constructor(claimed: Pick<ClaimedTask, 'task' | 'steps' | 'results'>, definition: TaskDefinition | undefined) {
    this.id = claimed.task.id
    this.definition = definition
    this.results = new Map(claimed.results)
    this.#state = { task: claimed.task, steps: new Map(claimed.steps.map((step) => [step.name, step])) }
    this.#stepDefinitions = new Map(definition?.steps.map((step) => [step.name, step]))
    this.#graph = new ReadinessGraph(claimed.steps)
    for (const step of claimed.steps) this.#include(step)
    for (const step of claimed.steps) this.#place(step)
    for (const fanOut of this.#fanOuts.values()) this.#offer(fanOut)
    for (const name of this.#running) if (this.#isDoneElsewhere(name)) this.delegate(name)
  }

  get task(): TaskRecord {
    return this.#state.task!
  }

  /** In order of definition. */
  get steps(): Iterable<StepRecord> {
    return this.#state.steps.values()
  }

  /** How many steps there are, elements included. */
  get stepCount(): number {
    return this.#state.steps.size
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

  /** Steps in progress that wait for a child task or for their elements. */
  get delegated(): ReadonlySet<string> {
    return this.#delegated
  }

  /** `.each` steps that have elements. */
  get fanOuts(): ReadonlyMap<string, FanOut> {
    return this.#fanOuts
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

  /** Of an element: what its `.each` step says of elements. */
  stepDefinition(name: string): StepDefinition | undefined {
    return this.#stepDefinitions.get(name) ?? this.#elementDefinition(name)
  }

  /** The step whose child a task is. */
  stepOfChild(childTaskId: string): StepRecord | undefined {
    for (const step of this.#state.steps.values()) if (step.childTaskId === childTaskId) return step
    return undefined
  }

  /** The branches of a decision. */
  branchesOf(name: string): readonly string[] {
    return this.#branches.get(name) ?? []
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
      const step = this.step(name)!
      this.#makeReady(step)
      if (step.element !== null) this.#offer(this.#fanOuts.get(step.element.of)!)
    }
  }

  /** A step in progress hands its work over, and takes no place from now on. */
  delegate(name: string): void {
    if (this.#running.delete(name)) this.#delegated.add(name)
  }

  /** A step that had handed its work over does it again. */
  recall(name: string): void {
    if (this.#delegated.delete(name)) this.#running.add(name)
  }

  /** Applies an event to the rows and the graph; says what it did to the dependents of its step. */
  apply(event: LogEvent, index: number): { readonly step?: StepRecord; readonly settlement: Settlement } {
    const place = { entry: this.task.logEntry + 1, index }
    const step = foldEvent(this.#state, this.id, event, place)
    if (!step) return { settlement: nothing }
    if (event.name === 'step.initialize_requested') this.#include(step)
    this.#displace(step.name)
    this.#place(step)
    if (step.element !== null) this.#offer(this.#fanOuts.get(step.element.of)!)
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

  #include({ name, element, branchOf }: StepRecord): void {
    if (branchOf !== null) this.#branches.set(branchOf, [...this.branchesOf(branchOf), name])
    if (element === null) return
    const fanOut = this.#fanOuts.get(element.of) ?? new FanOut(this.#stepDefinitions.get(element.of)?.each?.concurrency)
    this.#fanOuts.set(element.of, fanOut)
    fanOut.add(name)
  }

  #isDoneElsewhere(name: string): boolean {
    return this.step(name)!.childTaskId !== null || this.#fanOuts.has(name)
  }

  #elementDefinition(name: string): StepDefinition | undefined {
    const of = this.step(name)?.element?.of
    if (of === undefined) return undefined
    const known = this.#elementDefinitions.get(of) ?? elementDefinitionOf(this.#stepDefinitions.get(of))
    if (known) this.#elementDefinitions.set(of, known)
    return known
  }

  #displace(name: string): void {
    this.#ready.delete(name)
    this.#waiting.delete(name)
    this.#running.delete(name)
    this.#delegated.delete(name)
    this.#failed.delete(name)
  }

  #place(step: StepRecord): void {
    if (isSettled(step)) this.#settledCount += 1
    if (step.state === 'cancelled') this.#cancelledCount += 1
    if (step.state === 'in_progress') this.#running.add(step.name)
    if (step.state === 'error') this.#failed.add(step.name)
    if (step.element !== null) this.#fanOuts.get(step.element.of)!.place(step)
    if (step.state === 'pending' && this.#mayRun(step)) {
      if (step.dueAt === null) this.#makeReady(step)
      else this.#waiting.set(step.name, Date.parse(step.dueAt))
    }
  }

  /** An element came into being when all that its step depends on was done. */
  #mayRun({ name, element }: StepRecord): boolean {
    return element !== null || this.#graph.isReady(name)
  }

  #makeReady({ name, element }: StepRecord): void {
    if (element === null) this.#ready.add(name)
    else this.#fanOuts.get(element.of)!.enqueue(name)
  }

  #offer(fanOut: FanOut): void {
    for (const name of fanOut.offer()) this.#ready.add(name)
  }
}

function elementDefinitionOf(definition: StepDefinition | undefined): StepDefinition | undefined {
  if (!definition?.each) return undefined
  const { each, results: _, ...common } = definition
  const { handler, results } = each
  return { ...common, kind: 'run', handler, ...(results === undefined ? {} : { results }) }
}
