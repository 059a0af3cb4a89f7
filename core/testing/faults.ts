import { InjectedFaultError } from '../errors/testing-errors.js'
import type { TaskerEvent } from '../events/envelope.js'
import type { LifecycleEventName } from '../events/event-catalogue.js'
import type { AttemptFault, AttemptJudge, BegunAttempt } from './attempt-faults.js'
import { type Duration, parseDuration } from './parse-duration.js'
import type { SentStatement, StatementFault, StatementJudge } from './statement-faults.js'

/** Chooses at which event the worker is lost; called for each one in turn, when it is published. */
export type EventJudge = (event: TaskerEvent<string>) => 'crash' | undefined

/** How often a fault falls. */
export interface FaultTimes {
  /** Default 1. */
  readonly times?: number
}

/** What a test breaks on purpose. */
export interface Faults {
  /**
   * Has the next attempts of a step fail instead of calling its handler. Said twice, the first is used up first.
   *
   * @example
   * t.faults.failStep('charge', { times: 2 })
   * t.faults.failStep('charge', { error: new PermanentError('the card is blocked'), after: '5s' })
   */
  failStep(
    stepName: string,
    options?: FaultTimes & {
      /** What they fail with; by default an error that is retried. */
      readonly error?: unknown
      /** How long the attempt takes until it fails, of the test's clock. Default: no time. */
      readonly after?: Duration
    },
  ): void
  /**
   * Has the next attempts of a step hang, their handler not called, until their signal fires: by the time-out of the step, a cancel or
   * a drain. `run()` lets the time pass that this takes.
   */
  hangStep(stepName: string, options?: FaultTimes): void
  /** Has the handler of a step called late by so much of the test's clock. `run()` lets that time pass. */
  delayStep(stepName: string, delay: Duration, options?: FaultTimes): void
  /** Has the queue refuse the next wake-ups. */
  failQueue(options?: FaultTimes): void
  /** Has the database refuse the next commits of the engine, as one does whose disk is full; they are tried again after 0.1 s of real time. */
  refuseCommits(options?: FaultTimes): void
  /** Ends all connections of the kernel to its database when it next commits: before that commit, or after it and before its answer is seen. */
  loseConnections(when?: 'before' | 'after'): void
  /**
   * Loses the worker, as `crash()` does, the moment that an event is next published: a durable event is committed by then,
   * and whatever would have followed it does not happen.
   *
   * @example
   * t.faults.crashOn('step.completed', { step: 'charge' })
   * t.faults.crashOn('step.completed', { occurrence: 3 })
   */
  crashOn(
    eventName: LifecycleEventName | (string & {}),
    options?: {
      /** Which of those that fit, counted from now. Default 1. */
      readonly occurrence?: number
      /** Only events of the step of this name. */
      readonly step?: string
    },
  ): void
  /**
   * Has every event that is published judged, over all restarts: it may lose the worker at that moment.
   * Undefined: no more.
   */
  onEvent(judge: EventJudge | undefined): void
  /** Has every attempt of a step judged before its handler is called, over all restarts. Undefined: no more. */
  onAttempt(judge: AttemptJudge | undefined): void
  /**
   * Has every statement that the kernel sends to its database judged, over all restarts: it may lose the worker or its connections
   * before the statement is sent, or after it was carried out and before its answer is seen. So a crash between any two
   * statements can be tried one after the other. Undefined: no more.
   *
   * @example
   * t.faults.onStatement(({ name }) => (name === 'commit/1' ? 'crash after' : undefined))
   */
  onStatement(judge: StatementJudge | undefined): void
}

/** The statement by which the journal commits. */
export const commitStatement = 'commit/1'

interface Limited {
  left: number
}

interface StepFault extends Limited {
  readonly fault: AttemptFault
}

interface CrashFault extends Limited {
  readonly eventName: string
  readonly step: string | undefined
}

/** Remembers what is to fail, and gives it out once for each time. */
export class FaultPlan implements Faults {
  readonly #steps = new Map<string, StepFault[]>()
  readonly #commitFaults: (Limited & { readonly fault: StatementFault })[] = []
  #crashes: CrashFault[] = []
  #queueFaults = 0
  #judgeStatement: StatementJudge | undefined
  #judgeEvent: EventJudge | undefined
  #judgeAttempt: AttemptJudge | undefined

  failStep(
    stepName: string,
    { times = 1, error, after }: FaultTimes & { readonly error?: unknown; readonly after?: Duration } = {},
  ): void {
    const fail = error ?? new InjectedFaultError(`step ${stepName}`)
    this.#addStep(stepName, times, { fail, ...(after === undefined ? {} : { afterMs: parseDuration(after) }) })
  }

  hangStep(stepName: string, { times = 1 }: FaultTimes = {}): void {
    this.#addStep(stepName, times, 'hang')
  }

  delayStep(stepName: string, delay: Duration, { times = 1 }: FaultTimes = {}): void {
    this.#addStep(stepName, times, { delayMs: parseDuration(delay) })
  }

  failQueue({ times = 1 }: FaultTimes = {}): void {
    this.#queueFaults += times
  }

  refuseCommits({ times = 1 }: FaultTimes = {}): void {
    this.#commitFaults.push({ fault: 'refuse', left: times })
  }

  loseConnections(when: 'before' | 'after' = 'before'): void {
    this.#commitFaults.push({ fault: `disconnect ${when}`, left: 1 })
  }

  crashOn(eventName: string, options: { readonly occurrence?: number; readonly step?: string } = {}): void {
    this.#crashes.push({ eventName, step: options.step, left: options.occurrence ?? 1 })
  }

  onEvent(judge: EventJudge | undefined): void {
    this.#judgeEvent = judge
  }

  onAttempt(judge: AttemptJudge | undefined): void {
    this.#judgeAttempt = judge
  }

  onStatement(judge: StatementJudge | undefined): void {
    this.#judgeStatement = judge
  }

  /** What the database does to this statement. */
  judgeStatement(statement: SentStatement): StatementFault | undefined {
    const judged = this.#judgeStatement?.(statement)
    if (judged !== undefined || statement.name !== commitStatement) return judged
    return take(this.#commitFaults)?.fault
  }

  /** What becomes of this attempt. */
  judgeAttempt(attempt: BegunAttempt): AttemptFault | undefined {
    return this.#judgeAttempt?.(attempt) ?? take(this.#steps.get(attempt.stepName) ?? [])?.fault
  }

  /** Whether the worker is lost at this event. */
  judgeEvent(event: TaskerEvent<string>): 'crash' | undefined {
    const judged = this.#judgeEvent?.(event)
    const { stepName } = event.payload as { readonly stepName?: string }
    for (const crash of this.#crashes) {
      if (crash.eventName === event.name && (crash.step === undefined || crash.step === stepName)) crash.left -= 1
    }
    const isDue = this.#crashes.some(({ left }) => left === 0)
    this.#crashes = this.#crashes.filter(({ left }) => left > 0)
    return isDue ? 'crash' : judged
  }

  takeQueueFault(): boolean {
    if (this.#queueFaults === 0) return false
    this.#queueFaults -= 1
    return true
  }

  #addStep(stepName: string, times: number, fault: AttemptFault): void {
    this.#steps.set(stepName, [...(this.#steps.get(stepName) ?? []), { fault, left: times }])
  }
}

/** The first that is left, which is then used once more. */
function take<T extends Limited>(faults: readonly T[]): T | undefined {
  const fault = faults.find(({ left }) => left > 0)
  if (fault !== undefined) fault.left -= 1
  return fault
}
