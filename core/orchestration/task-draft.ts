import type { ChangeRecord } from '../contracts/changes.js'
import type { Clock } from '../contracts/clock.js'
import type { Mutable } from '../contracts/mutable.js'
import type { TaskWrite } from '../contracts/store.js'
import type { Command, CommandOutcome } from '../contracts/task-request.js'
import { IllegalTransitionError, StepNotFoundError } from '../errors/task-errors.js'
import type { BusOnlyEventName, EventPayload } from '../events/event-catalogue.js'
import type { LogEvent } from '../workflow/log-entry.js'
import type { Settlement } from '../workflow/readiness-graph.js'
import {
  isLegal,
  legalEvents,
  type StepTransitionEvent,
  type TaskTransitionEvent,
  targetOf,
} from '../workflow/state-machines.js'
import type { StepRecord } from '../workflow/task-record.js'
import { aboutTask, type EventSubject, fullNameOf, type LifecyclePublisher } from './lifecycle-publisher.js'
import type { OwnedTask } from './owned-task.js'

type TaskFields = 'namespace' | 'taskName' | 'version'
type StepFields = TaskFields | 'stepName' | 'attempt' | 'retryLimit'
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** A payload without the fields that the draft fills in. */
type OnTop<N extends TaskTransitionEvent> = DistributiveOmit<EventPayload<N>, TaskFields>
type OnTopOfStep<N extends StepTransitionEvent> = DistributiveOmit<EventPayload<N>, StepFields> & {
  readonly attempt?: number
  readonly retryLimit?: number
}
type OnTopOfNewStep = Omit<EventPayload<'step.initialize_requested'>, TaskFields | 'stepName'>
type BusTaskEvent = Extract<BusOnlyEventName, `workflow.${string}` | `observability.${string}` | `task.${string}`>

/** What a commit cost, for those who publish after it. */
export interface CommitFacts {
  readonly durationMs: number
  /** Why the wake-ups that it should have asked for were not. */
  readonly wakeUpFailure?: unknown
}

/**
 * What the next commit will change of one task: durable events, applied to the task as they are added, so that each phase
 * sees what the one before it did; answers to commands; and what is to be published once the commit has returned.
 */
export class TaskDraft {
  readonly owned: OwnedTask
  readonly publisher: LifecyclePublisher
  readonly now: number
  readonly occurredAt: string
  readonly #clock: Clock
  readonly #eventsBefore: number
  readonly #events: LogEvent[] = []
  readonly #changed = new Map<string, StepRecord>()
  readonly #created = new Set<string>()
  readonly #commands: Command[] = []
  #changes: ChangeRecord[] | undefined
  readonly #answers: { commandId: string; outcome: CommandOutcome }[] = []
  /** What would have been published at once, of a task that is not there yet. */
  readonly #first: (() => void)[] = []
  readonly #after: ((commit: CommitFacts) => void)[] = []
  #isReleasing = false
  /** The event that set off what is added next. */
  cause: string | undefined

  /** @param eventsBefore how many events its log entry has before these: those that create the task, where that is the same commit */
  constructor(owned: OwnedTask, publisher: LifecyclePublisher, clock: Clock, eventsBefore = 0) {
    this.owned = owned
    this.publisher = publisher
    this.#clock = clock
    this.now = clock.now()
    this.occurredAt = new Date(this.now).toISOString()
    this.#eventsBefore = eventsBefore
  }

  /** The clock's monotonic time, in milliseconds: for durations. */
  monotonic(): number {
    return this.#clock.monotonic()
  }

  /** A durable event of the task. Throws {@link IllegalTransitionError} if its state does not allow it. */
  taskEvent<N extends TaskTransitionEvent>(name: N, onTop: OnTop<N>): LogEvent {
    const { task } = this.owned
    const { state } = task
    this.#guard(name, state, 'task', () => `Task ${fullNameOf(task)}`)
    this.publish('task.before_transition', () => ({
      ...aboutTask(task),
      from: state,
      to: targetOf(name),
      transitionEvent: name,
    }))
    const event = this.#add(name, { ...aboutTask(task), ...onTop })
    this.owned.apply(event, this.#lastPlace)
    return event
  }

  /** A durable event of one step, its effect on the graph given back. Throws {@link IllegalTransitionError}. */
  stepEvent<N extends StepTransitionEvent>(name: N, stepName: string, onTop: OnTopOfStep<N>): Settlement {
    const step = this.step(stepName)
    const { state } = step
    this.#guard(name, state, 'step', () => `Step ${stepName} of ${fullNameOf(this.owned.task)}`)
    const about = this.aboutStep(step)
    this.publishFor(step, 'step.before_transition', () => ({
      ...about,
      from: state,
      to: targetOf(name),
      transitionEvent: name,
    }))
    const event = this.#add(name, { ...about, ...onTop }, step.id)
    const applied = this.owned.apply(event, this.#lastPlace)
    if (applied.step) this.#changed.set(stepName, applied.step)
    return applied.settlement
  }

  /** A step that comes into being while its task runs: an element of a list. */
  newStep(stepName: string, stepId: string, onTop: OnTopOfNewStep): void {
    const event = this.#add('step.initialize_requested', { ...aboutTask(this.owned.task), stepName, ...onTop }, stepId)
    this.owned.apply(event, this.#lastPlace)
    this.#created.add(stepName)
  }

  /** A custom event that a step published, committed with the step's success. */
  customEvent(name: string, payload: unknown, stepId: string): void {
    this.#add(name, payload, stepId)
  }

  /** A change of the task that is none of the 56 events, applied to it, and written in the same commit. */
  change(kind: string, said: Pick<ChangeRecord, 'id' | 'data' | 'actor' | 'reason'>): void {
    const { id: taskId, logEntry } = this.owned.task
    const change: ChangeRecord = {
      ...said,
      subjectKind: 'task',
      subjectKey: taskId,
      taskId,
      entry: logEntry,
      place: this.#lastPlace + 1,
      kind,
      changedAt: this.occurredAt,
    }
    this.#changes ??= []
    this.#changes.push(change)
    this.owned.applyChange(change)
  }

  step(name: string): StepRecord {
    const step = this.owned.step(name)
    if (step) return step
    throw new StepNotFoundError(
      fullNameOf(this.owned.task),
      name,
      [...this.owned.steps].map((each) => each.name),
    )
  }

  /** The base of every payload about a step, as it stands now. */
  aboutStep(step: StepRecord) {
    return {
      ...aboutTask(this.owned.task),
      stepName: step.name,
      attempt: step.attempts,
      retryLimit: step.retryLimit,
    }
  }

  /** Publishes a bus-only event about the task at once; where this write creates the task, as the first once it is there. */
  publish<N extends BusTaskEvent>(name: N, payload: () => EventPayload<N>): void {
    if (!this.publisher.isHeard(name)) return
    this.#publishFirst(name, this.subject(), payload)
  }

  /** Publishes a bus-only event about one of its steps as early. */
  publishFor<N extends BusOnlyEventName>(step: StepRecord, name: N, payload: () => EventPayload<N>): void {
    if (!this.publisher.isHeard(name)) return
    this.#publishFirst(name, this.subject(step.id), payload)
  }

  /** Has something done once the commit has returned and its durable events are published, in the order of the calls. */
  after(action: (commit: CommitFacts) => void): void {
    this.#after.push(action)
  }

  /** Publishes a bus-only event about the task after the commit. */
  publishAfter<N extends BusTaskEvent>(name: N, payload: (commit: CommitFacts) => EventPayload<N>): void {
    if (!this.publisher.isHeard(name)) return
    const subject = this.subject()
    this.after((commit) => this.publisher.publish(name, subject, () => payload(commit)))
  }

  /** Publishes a bus-only event about a step after the commit. */
  publishAfterFor<N extends BusOnlyEventName>(
    step: StepRecord,
    name: N,
    payload: (commit: CommitFacts) => EventPayload<N>,
  ): void {
    if (!this.publisher.isHeard(name)) return
    const subject = this.subject(step.id)
    this.after((commit) => this.publisher.publish(name, subject, () => payload(commit)))
  }

  /** A command to another task, stored with the commit: it reaches that task even if this process does not see the commit return. */
  command(command: Command): void {
    this.#commands.push(command)
  }

  /** What it commands other tasks to do. */
  get commands(): readonly Command[] {
    return this.#commands
  }

  answer(commandId: string, outcome: CommandOutcome): void {
    this.#answers.push({ commandId, outcome })
  }

  /** The commit gives up ownership. */
  release(): void {
    this.#isReleasing = true
  }

  get isReleasing(): boolean {
    return this.#isReleasing
  }

  get events(): readonly LogEvent[] {
    return this.#events
  }

  /** Makes the event added last the cause of those that follow. */
  continueFromHere(): void {
    this.cause = this.#events.at(-1)?.id ?? this.cause
  }

  /** The write for the journal; undefined if there is nothing to write. */
  toWrite(): TaskWrite | undefined {
    const hasEvents = this.#events.length > 0
    const hasLetters = this.#answers.length > 0 || this.#commands.length > 0
    if (!hasEvents && !hasLetters && !this.#isReleasing && !this.#changes) return undefined
    const { task } = this.owned
    this.owned.stamp({
      ...(hasEvents ? { logEntry: task.logEntry + 1 } : {}),
      ...(this.#isReleasing ? { ownerId: null } : {}),
    })
    return {
      task: this.owned.task,
      isNew: false,
      newSteps: this.#created.size === 0 ? [] : Array.from(this.#created, (name) => this.step(name)),
      changedSteps: this.#changedSteps(),
      events: this.#events,
      answers: this.#answers,
      ...(this.#changes === undefined ? {} : { changes: this.#changes }),
      ...(this.#commands.length > 0 ? { commands: this.#commands } : {}),
      ...(this.#isReleasing && task.dueAt !== null && task.parked === null ? { wakeAt: task.dueAt } : {}),
    }
  }

  /** What came into being in this commit is written as it is at its end. */
  #changedSteps(): readonly StepRecord[] {
    const changed = [...this.#changed.values()]
    return this.#created.size === 0 ? changed : changed.filter(({ name }) => !this.#created.has(name))
  }

  /** Tells the world: the durable events with their positions, then what was put off until after the commit. */
  committed(logId: string | undefined, commit: CommitFacts): void {
    for (const publish of this.#first) publish()
    if (logId !== undefined) this.publisher.publishCommitted(this.owned.id, logId, this.#events, this.#eventsBefore)
    for (const action of this.#after) action(commit)
  }

  subject(stepId?: string): EventSubject {
    const { id, correlationId, traceparent } = this.owned.task
    const subject: Mutable<EventSubject> = { taskId: id, correlationId }
    if (stepId !== undefined) subject.stepId = stepId
    if (this.cause !== undefined) subject.causationId = this.cause
    if (traceparent !== null) subject.trace = { traceparent }
    return subject
  }

  #publishFirst<N extends BusOnlyEventName>(name: N, subject: EventSubject, payload: () => EventPayload<N>): void {
    const publish = () => this.publisher.publish(name, subject, payload)
    // Nobody has heard of the task, and nobody ever will if it is a duplicate.
    if (this.#eventsBefore > 0) this.#first.push(publish)
    else publish()
  }

  /** The place of the event added last among those of its log entry. */
  get #lastPlace(): number {
    return this.#eventsBefore + this.#events.length - 1
  }

  /** Members one by one: made for each event of each step, it is one of the places where spreading would cost. */
  #add(name: string, payload: unknown, stepId?: string): LogEvent {
    const { correlationId, traceparent } = this.owned.task
    const event: Mutable<LogEvent> = {
      id: this.publisher.ids.next(),
      name,
      schemaVersion: 1,
      occurredAt: this.occurredAt,
      correlationId,
      payload,
    }
    if (this.cause !== undefined) event.causationId = this.cause
    if (stepId !== undefined) event.stepId = stepId
    if (traceparent !== null) event.traceparent = traceparent
    this.#events.push(event)
    return event
  }

  #guard(
    name: TaskTransitionEvent | StepTransitionEvent,
    state: StepRecord['state'],
    subject: 'task' | 'step',
    what: () => string,
  ): void {
    if (!isLegal(name, state)) throw new IllegalTransitionError(what(), state, name, legalEvents(subject, state))
  }
}
