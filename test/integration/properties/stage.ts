import { type DefinedTask, defineTask, PermanentError, type StepContext } from 'tasker'
import type { Plan, PlannedStep } from './random-plan.js'

/** A call of a handler that runs until it is ended. */
export interface Call {
  readonly stepName: string
  readonly attempt: number
  /** Ends it as the plan says. */
  end(): void
}

/** A chain without its types, which grow with each step. */
interface LooseChain extends DefinedTask {
  step(name: string, options: object, handler: (context: StepContext) => unknown): LooseChain
}

export function nameAt(position: number): string {
  return `step_${position}`
}

/** Where the handlers of a drawn task wait for their cue: what ends when is decided by the plan, not by chance. */
export class Stage {
  readonly task: DefinedTask
  /** Each call of a handler ever, as `step_0/1`. */
  readonly called: string[] = []
  #running: Call[] = []

  constructor({ steps, concurrency }: Plan) {
    let chain = defineTask({ name: 'drawn', concurrency }) as unknown as LooseChain
    for (const [position, step] of steps.entries()) {
      chain = chain.step(nameAt(position), optionsOf(step), (context) => this.#perform(step, context))
    }
    this.task = chain
  }

  /** The calls that run, the longest running first. */
  get running(): readonly Call[] {
    return this.#running
  }

  /** Forgets the calls of a worker that is lost: what they return is heard by nobody. */
  clear(): void {
    for (const call of [...this.#running]) call.end()
  }

  #perform({ endings, isDeaf }: PlannedStep, { stepName, attempt, signal }: StepContext): Promise<unknown> {
    this.called.push(`${stepName}/${attempt}`)
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#running = this.#running.filter((other) => other !== call)
      }
      const call: Call = {
        stepName,
        attempt,
        end: () => {
          leave()
          const ending = endings[attempt - 1] ?? 'succeeds'
          if (ending === 'succeeds') resolve({ stepName, attempt })
          else if (ending === 'fails') reject(new Error(`attempt ${attempt} failed`))
          else reject(new PermanentError(`attempt ${attempt} failed for good`))
        },
      }
      this.#running = [...this.#running, call]
      if (isDeaf) return
      signal.addEventListener('abort', () => {
        leave()
        reject(signal.reason)
      })
    })
  }
}

function optionsOf({ parents, limit, retryable, skippable, skipsFailure }: PlannedStep): object {
  return {
    dependsOn: parents.map(nameAt),
    retry: { limit },
    retryable,
    skippable,
    ...(skippable && skipsFailure ? { onFailure: 'skip' } : {}),
  }
}
