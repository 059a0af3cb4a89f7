import type { StepContext } from '../contracts/task-definition.js'
import type { HandlerCaller } from './runner-services.js'

export interface ClearanceAnswers {
  onCleared(): void
  onRefused(stepName: string, error: unknown): void
}

/** Asks the hooks that may refuse a step, before it is admitted: until they have answered, the step waits. */
export class StepClearances {
  readonly #handlers: HandlerCaller
  readonly #answers: ClearanceAnswers
  /** True once passed. */
  readonly #asked = new Map<string, boolean>()

  constructor(handlers: HandlerCaller, answers: ClearanceAnswers) {
    this.#handlers = handlers
    this.#answers = answers
  }

  /** Asks about those that have not been asked about since they were last admitted. */
  ask(stepNames: Iterable<string>, contextOf: (stepName: string) => StepContext | undefined): void {
    if (!this.#handlers.hasRefusingHooks) return
    for (const name of stepNames) {
      if (this.#asked.has(name)) continue
      const context = contextOf(name)
      if (context !== undefined) this.#ask(name, context)
    }
  }

  isCleared(stepName: string): boolean {
    return this.#asked.get(stepName) ?? !this.#handlers.hasRefusingHooks
  }

  /** The next attempt is asked about anew. */
  forget(stepName: string): void {
    this.#asked.delete(stepName)
  }

  #ask(stepName: string, context: StepContext): void {
    this.#asked.set(stepName, false)
    this.#handlers.askBeforeExecute(context).then(
      () => {
        this.#asked.set(stepName, true)
        this.#answers.onCleared()
      },
      (error: unknown) => {
        this.#asked.delete(stepName)
        this.#answers.onRefused(stepName, error)
      },
    )
  }
}
