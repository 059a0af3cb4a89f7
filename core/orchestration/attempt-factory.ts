import type { StepContext } from '../contracts/task-definition.js'
import { aboutTask } from './lifecycle-publisher.js'
import type { OwnedTask } from './owned-task.js'
import type { RunnerServices } from './runner-services.js'
import { type AttemptOutcome, type AttemptServices, StepAttempt } from './step-attempt.js'

/** Makes the attempts of one task, and publishes what the bus hears of them. */
export class AttemptFactory {
  readonly #services: RunnerServices
  readonly #owned: OwnedTask
  readonly #forAttempts: AttemptServices

  constructor(services: RunnerServices, owned: OwnedTask) {
    this.#services = services
    this.#owned = owned
    this.#forAttempts = this.#attemptServices()
  }

  /** The context of an attempt that is not started: for hooks that look at it. */
  rehearse(stepName: string): StepContext | undefined {
    return this.#owned.stepDefinition(stepName) && this.create(stepName, '', nothing, nothing).context
  }

  create(
    stepName: string,
    causationId: string,
    onEnd: (outcome: AttemptOutcome) => void,
    onSettled: () => void,
  ): StepAttempt {
    const { task } = this.#owned
    const step = this.#owned.step(stepName)!
    const definition = this.#owned.stepDefinition(stepName)!
    const results = Object.fromEntries(step.dependsOn.map((name) => [name, this.#owned.results.get(name)]))
    const input = { task, step, definition, results, causationId }
    return new StepAttempt(input, this.#forAttempts, onEnd, onSettled)
  }

  /** Publishes that the handler is about to be called. */
  announce(attempt: StepAttempt): void {
    this.#publish(attempt, 'step.before_handle', () => ({ inputs: attempt.inputs }))
    this.#publish(attempt, 'step.handle', () => ({ progress: 0, number: 0 }))
  }

  #attemptServices(): AttemptServices {
    const { clock, log, settings, handlers } = this.#services
    const { task } = this.#owned
    return {
      clock,
      // Correlation, task and step ids come from the context in which the handler runs.
      logFor: (stepName) => log.child({ step: stepName }),
      timeoutGraceMs: settings.timeoutGraceMs,
      maxResultBytes: settings.maxResultBytes,
      invoke: (definition, context) => handlers.invoke(definition, context),
      checkCustomEvent: (event, payload) => handlers.checkCustomEvent(event, payload),
      publishNow: (event, payload) => handlers.publishNow(event, payload),
      onProgress: (attempt, progress, number, message) => {
        const said = message === undefined ? {} : { message }
        this.#publish(attempt, 'step.handle', () => ({ progress, number, ...said }))
      },
      onLateResult: (stepName) => {
        log.warn({ taskId: task.id, step: stepName }, `step ${stepName} settled after its attempt had ended; dropped`)
      },
    }
  }

  #publish<N extends 'step.before_handle' | 'step.handle'>(
    { stepName, causationId }: StepAttempt,
    name: N,
    onTop: () => N extends 'step.handle' ? { progress: number; number: number; message?: string } : { inputs: unknown },
  ): void {
    if (!this.#services.publisher.isHeard(name)) return
    const { task } = this.#owned
    const step = this.#owned.step(stepName)!
    const about = { taskId: task.id, stepId: step.id, correlationId: task.correlationId, causationId }
    const base = { ...aboutTask(task), stepName, attempt: step.attempts, retryLimit: step.retryLimit }
    this.#services.publisher.publish(name, about, () => ({ ...base, ...onTop() }) as never)
  }
}

function nothing(): void {}
