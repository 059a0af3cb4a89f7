import { currentContext, runWithContext } from '../bus/correlation-context.js'
import type { Clock, Timer } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import type { StepContext, StepDefinition } from '../contracts/task-definition.js'
import { NotStorableError, ResultsInvalidError, StepInterruptedError, StepTimeoutError } from '../errors/task-errors.js'
import { toStorableJson } from '../workflow/storable-json.js'
import type { ErrorRecord, StepRecord, TaskRecord } from '../workflow/task-record.js'
import { requestedDelayOf, toErrorRecord } from './error-record.js'
import type { HeldEvent } from './held-event.js'

/** How an attempt ended. Durations are in milliseconds. */
export type AttemptOutcome = {
  readonly stepName: string
  readonly attempt: number
  readonly durationMs: number
} & (
  | {
      readonly ok: true
      readonly results: unknown
      readonly resultBytes: number
      readonly published: readonly HeldEvent[]
    }
  | {
      readonly ok: false
      readonly error: ErrorRecord
      readonly retryAfterMs: number | undefined
      /** The engine could not run it or store what it gave; the handler did not fail by itself. */
      readonly isEngineFailure: boolean
    }
)

/** What an attempt needs from its surroundings. */
export interface AttemptServices {
  readonly clock: Clock
  /** The log for what a step's handler writes. */
  logFor(stepName: string): Logger
  readonly timeoutGraceMs: number
  readonly maxResultBytes: number
  /** Calls the handler of a step, hooks around it included. */
  invoke(definition: StepDefinition, context: StepContext): Promise<unknown>
  /** Checks a custom event and gives its name and payload as they will be stored. Throws if it was not declared. */
  checkCustomEvent(event: string | { readonly name: string }, payload: unknown): HeldEvent
  /** Puts a custom event on the bus at once. */
  publishNow(event: string | { readonly name: string }, payload: unknown): void
  onProgress(attempt: StepAttempt, fraction: number, number: number, message: string | undefined): void
  /** A result that came after the attempt had ended. */
  onLateResult(stepName: string): void
}

export interface AttemptInput {
  readonly task: TaskRecord
  readonly step: StepRecord
  readonly definition: StepDefinition
  readonly results: Readonly<Record<string, unknown>>
  readonly causationId: string
}

/**
 * One call of one handler: its context, its AbortSignal, its time-out, and how it ended. It ends once: what the handler does
 * after that is dropped, but its place stays taken until it settles.
 */
export class StepAttempt {
  readonly stepName: string
  readonly attempt: number
  readonly #input: AttemptInput
  readonly #services: AttemptServices
  readonly #onEnd: (outcome: AttemptOutcome) => void
  readonly #onSettled: () => void
  #startedAt: number
  readonly #held: HeldEvent[] = []
  /** Made when somebody asks for the signal, or it fires: most handlers do not. */
  #controller: AbortController | undefined
  #timer: Timer | undefined
  #progressNumber = 0
  #timedOut: StepTimeoutError | undefined
  #hasEnded = false
  #isSettled = false

  constructor(
    input: AttemptInput,
    services: AttemptServices,
    onEnd: (outcome: AttemptOutcome) => void,
    onSettled: () => void,
  ) {
    this.stepName = input.step.name
    this.attempt = input.step.attempts
    this.#input = input
    this.#services = services
    this.#onEnd = onEnd
    this.#onSettled = onSettled
    this.#startedAt = services.clock.monotonic()
  }

  /** Whether the handler's promise has settled; until then it takes a place. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** The event that admitted it. */
  get causationId(): string {
    return this.#input.causationId
  }

  get context(): StepContext {
    return this.#makeContext()
  }

  /** What the handler works on. */
  get inputs(): Pick<StepContext, 'context' | 'results'> {
    const { task, results } = this.#input
    return { context: task.context, results }
  }

  /** Calls the handler, unless the attempt has ended before; never throws. */
  start(): void {
    if (this.#hasEnded) {
      this.#settle()
      return
    }
    this.#startedAt = this.#services.clock.monotonic()
    this.#armTimeout()
    const { task, step, causationId } = this.#input
    const ids = { correlationId: task.correlationId, causationId, taskId: task.id, stepId: step.id }
    void runWithContext(ids, () => this.#call())
  }

  /** Fires the signal because a person or the engine ended the step; what the handler still does is dropped. */
  interrupt(by: string): void {
    if (this.#hasEnded) return
    this.#close()
    this.#abortController.abort(new StepInterruptedError(`Step ${this.stepName}`, by))
  }

  /** Fires the signal and ends the attempt in `error` after the grace, unless the handler ends it before. */
  abortWith(error: Error, graceMs: number): void {
    if (this.#hasEnded) return
    this.#timer?.cancel()
    this.#abortController.abort(error)
    this.#timer = this.#services.clock.setTimer(() => this.#fail(error, false), graceMs)
  }

  get #abortController(): AbortController {
    this.#controller ??= new AbortController()
    return this.#controller
  }

  async #call(): Promise<void> {
    try {
      const returned = await this.#services.invoke(this.#input.definition, this.#makeContext())
      await this.#succeed(returned)
    } catch (error) {
      this.#fail(this.#timedOut ?? error, false)
    } finally {
      this.#settle()
    }
  }

  #settle(): void {
    this.#isSettled = true
    this.#onSettled()
  }

  async #succeed(returned: unknown): Promise<void> {
    if (this.#hasEnded) {
      this.#services.onLateResult(this.stepName)
      return
    }
    const subject = `What step ${this.stepName} returned`
    const storable = toStorableJson(returned, this.#services.maxResultBytes)
    if (!storable.ok) {
      this.#fail(new NotStorableError(subject, storable.problem.path, storable.problem.problem), true)
      return
    }
    const checked = await this.#input.definition.results?.check(storable.value)
    if (checked && !checked.ok) {
      this.#fail(new ResultsInvalidError(`step ${this.stepName}`, checked.problems), true)
      return
    }
    this.#end({
      ok: true,
      results: checked?.value ?? storable.value,
      resultBytes: storable.bytes,
      published: this.#held,
    })
  }

  #fail(error: unknown, isEngineFailure: boolean): void {
    if (this.#hasEnded) {
      // A handler that honours the signal rejects: only one that outlived its time-out is worth a line.
      if (this.#timedOut) this.#services.onLateResult(this.stepName)
      return
    }
    const record = toErrorRecord(error)
    // What cannot be stored will not be storable next time.
    const described = isEngineFailure ? { ...record, retryable: false } : record
    this.#end({ ok: false, error: described, retryAfterMs: requestedDelayOf(error), isEngineFailure })
  }

  #end(
    ending:
      | Pick<AttemptOutcome & { ok: true }, 'ok' | 'results' | 'resultBytes' | 'published'>
      | Pick<AttemptOutcome & { ok: false }, 'ok' | 'error' | 'retryAfterMs' | 'isEngineFailure'>,
  ): void {
    this.#close()
    const durationMs = Math.max(0, this.#services.clock.monotonic() - this.#startedAt)
    this.#onEnd({ stepName: this.stepName, attempt: this.attempt, durationMs, ...ending })
  }

  #close(): void {
    this.#hasEnded = true
    this.#timer?.cancel()
  }

  #armTimeout(): void {
    this.#timer?.cancel()
    const { timeoutMs } = this.#input.step
    this.#timer = this.#services.clock.setTimer(() => {
      this.#timedOut = new StepTimeoutError(`Step ${this.stepName}`, timeoutMs)
      this.abortWith(this.#timedOut, this.#services.timeoutGraceMs)
    }, timeoutMs)
  }

  #makeContext(): StepContext {
    const { task, step, definition, results } = this.#input
    const signal = () => this.#abortController.signal
    const log = () => this.#services.logFor(step.name)
    const context: StepContext = {
      context: task.context,
      results,
      taskId: task.id,
      stepId: step.id,
      stepName: step.name,
      namespace: task.namespace,
      taskName: task.name,
      version: task.version,
      attempt: step.attempts,
      idempotencyKey: step.idempotencyKey,
      correlationId: currentContext()?.correlationId ?? task.correlationId,
      handlerConfig: definition.handlerConfig ?? {},
      get signal() {
        return signal()
      },
      get log() {
        return log()
      },
      progress: (fraction, message) => this.#progress(fraction, message),
      publish: (event, payload) => {
        this.#held.push(this.#services.checkCustomEvent(event, payload))
      },
      publishNow: (event, payload) => this.#services.publishNow(event, payload),
    }
    if (step.element === null) return context
    const { item, index } = step.element
    return Object.assign(context, { item, index })
  }

  #progress(fraction: number, message: string | undefined): void {
    if (this.#hasEnded || this.#timedOut) return
    this.#armTimeout()
    const bounded = Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0
    this.#progressNumber += 1
    this.#services.onProgress(this, bounded, this.#progressNumber, message)
  }
}
