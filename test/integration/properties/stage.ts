import { type DefinedTask, PermanentError, type StepContext } from 'tasker'
import { plannedTask } from './planned-task.js'
import type { Endings, Plan } from './random-plan.js'

/** A call of a handler that runs until it is ended. */
export interface Call {
  /** Ends it as the plan says. */
  end(): void
}

/** Where the handlers of a drawn task wait for their cue: what ends when is decided by the plan, not by chance. */
export class Stage {
  readonly task: DefinedTask
  /** Each call of a handler ever, by task, step and attempt. */
  readonly called: string[] = []
  #running: Call[] = []

  constructor(plan: Plan) {
    this.task = plannedTask(plan, (context, endings, isDeaf, results) =>
      this.#perform(context, endings, isDeaf, results),
    )
  }

  /** The calls that run, the longest running first. */
  get running(): readonly Call[] {
    return this.#running
  }

  /** Ends the calls of a worker that is lost: what they return is heard by nobody. */
  clear(): void {
    for (const call of this.#running) call.end()
  }

  #perform(context: StepContext, endings: Endings, isDeaf: boolean, results: unknown): Promise<unknown> {
    const { taskId, stepName, attempt, signal } = context
    this.called.push(`${taskId} ${stepName} ${attempt}`)
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#running = this.#running.filter((other) => other !== call)
      }
      const call: Call = {
        end: () => {
          leave()
          const ending = endings[attempt - 1] ?? 'succeeds'
          if (ending === 'succeeds') resolve(results ?? { stepName, attempt })
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
