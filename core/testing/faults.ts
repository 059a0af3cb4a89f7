import type { StepContext } from '../contracts/task-definition.js'
import { InjectedFaultError } from '../errors/testing-errors.js'
import type { LifecycleEventName } from '../events/event-catalogue.js'
import type { SentStatement, StatementFault, StatementJudge } from './statement-faults.js'

/** What a test breaks on purpose. */
export interface Faults {
  /**
   * Has the next attempts of a step fail instead of calling its handler.
   *
   * @param error what they fail with; by default an error that is retried
   */
  failStep(stepName: string, options?: { readonly times?: number; readonly error?: unknown }): void
  /** Has the queue refuse the next wake-ups. */
  failQueue(options?: { readonly times?: number }): void
  /**
   * Loses the worker, as `crash()` does, the moment that an event is next published: a durable event is committed by then,
   * and whatever would have followed it does not happen.
   */
  crashOn(eventName: LifecycleEventName | (string & {})): void
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

interface StepFault {
  readonly error: unknown
  left: number
}

/** Remembers what is to fail, and gives it out once for each time. */
export class FaultPlan implements Faults {
  readonly #steps = new Map<string, StepFault[]>()
  readonly #crashes = new Set<string>()
  #queueFaults = 0
  #judge: StatementJudge | undefined

  failStep(stepName: string, { times = 1, error }: { readonly times?: number; readonly error?: unknown } = {}): void {
    const fault = { left: times, error: error ?? new InjectedFaultError(`step ${stepName}`) }
    this.#steps.set(stepName, [...(this.#steps.get(stepName) ?? []), fault])
  }

  failQueue({ times = 1 }: { readonly times?: number } = {}): void {
    this.#queueFaults += times
  }

  onStatement(judge: StatementJudge | undefined): void {
    this.#judge = judge
  }

  judgeStatement(statement: SentStatement): StatementFault | undefined {
    return this.#judge?.(statement)
  }

  crashOn(eventName: string): void {
    this.#crashes.add(eventName)
  }

  /** Throws if this attempt is to fail. */
  checkStep({ stepName }: StepContext): void {
    const fault = this.#steps.get(stepName)?.find((each) => each.left > 0)
    if (fault === undefined) return
    fault.left -= 1
    throw fault.error
  }

  takeQueueFault(): boolean {
    if (this.#queueFaults === 0) return false
    this.#queueFaults -= 1
    return true
  }

  takeCrash(eventName: string): boolean {
    return this.#crashes.delete(eventName)
  }
}
