import type { StepContext } from '../contracts/task-definition.js'
import { aboutTask } from './lifecycle-publisher.js'
import type { OwnedTask } from './owned-task.js'
import type { RunnerServices } from './runner-services.js'
import { type AttemptOutcome, type AttemptServices, StepAttempt } from './step-attempt.js'

/** Makes the attempts of one task, and publishes what the bus hears of them. */
export class AttemptFactory {
  readonly #services: RunnerServices
  readonly #owned: OwnedTask

  constructor(services: RunnerServices, owned: OwnedTask) {
    this.#services = services
    this.#owned = owned
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
    return new StepAttempt(input, this.#attemptServices(stepName, causationId), onEnd, onSettled)
  }

  /** Publishes that the handler is about to be called. */
  announce({ stepName, causationId, context: { context, results } }: StepAttempt): void {
    this.#publish(stepName, causationId, 'step.before_handle', () => ({ inputs: { context, results } }))
    this.#publish(stepName, causationId, 'step.handle', () => ({ progress: 0, number: 0 }))
  }

  #attemptServices(stepName: string, causationId: string): AttemptServices {
    const { clock, log, settings, handlers } = this.#services
    const { task } = this.#owned
    return {
      clock,
      // Correlation, task and step ids come from the context in which the handler runs.
      log: log.child({ step: stepName }),
      timeoutGraceMs: settings.timeoutGraceMs,
      maxResultBytes: settings.maxResultBytes,
      invoke: (definition, context) => handlers.invoke(definition, context),
      checkCustomEvent: (event, payload) => handlers.checkCustomEvent(event, payload),
      publishNow: (event, payload) => handlers.publishNow(event, payload),
      onProgress: (_name, progress, number, message) => {
        const said = message === undefined ? {} : { message }
        this.#publish(stepName, causationId, 'step.handle', () => ({ progress, number, ...said }))
      },
      onLateResult: () => {
        log.warn({ taskId: task.id, step: stepName }, `step ${stepName} settled after its attempt had ended; dropped`)
      },
    }
  }

  #publish<N extends 'step.before_handle' | 'step.handle'>(
    stepName: string,
    causationId: string,
    name: N,
    onTop: () => N extends 'step.handle' ? { progress: number; number: number; message?: string } : { inputs: unknown },
  ): void {
    const { task } = this.#owned
    const step = this.#owned.step(stepName)!
    const about = { taskId: task.id, stepId: step.id, correlationId: task.correlationId, causationId }
    const base = { ...aboutTask(task), stepName, attempt: step.attempts, retryLimit: step.retryLimit }
    this.#services.publisher.publish(name, about, () => ({ ...base, ...onTop() }) as never)
  }
}

function nothing(): void {}
