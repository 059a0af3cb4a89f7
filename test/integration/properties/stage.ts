import { type DefinedTask, PermanentError, RetryableError, type StepContext } from 'tasker'
import type { Plan } from './plan.js'
import { plannedTask, type Role } from './planned-task.js'

/** What an attempt asks for that asks for time. */
const askedMs = 7_000

/** A call of a handler that runs until it is ended. */
export interface Call {
  /** Ends it as the plan says. */
  end(): void
  readonly isLimited: boolean
}

/** Where the handlers of a drawn task wait for their cue: what ends when is decided by the plan, not by chance. */
export class Stage {
  readonly task: DefinedTask
  /** Each call of a handler ever, by task, step and attempt. */
  readonly called: string[] = []
  #running: Call[] = []
  #mostLimited = 0
  /** When the calls of the system with limits began, in milliseconds of the clock that the plan runs by. */
  readonly limitedAt: number[] = []
  #now: () => number = () => 0

  constructor(plan: Plan) {
    this.task = plannedTask(plan, (context, role, results) => this.#perform(context, role, results))
  }

  /** Has it read the time from a clock. */
  readFrom(clock: { now(): number }): void {
    this.#now = () => clock.now()
  }

  /** Most calls of the system with limits that were under way at once. */
  get mostLimited(): number {
    return this.#mostLimited
  }

  /** The calls that run, the longest running first. */
  get running(): readonly Call[] {
    return this.#running
  }

  /** Ends the calls of a worker that is lost: what they return is heard by nobody. */
  clear(): void {
    for (const call of this.#running) call.end()
  }

  #perform(context: StepContext, { endings, isDeaf, isLimited }: Role, results: unknown): Promise<unknown> {
    const { taskId, stepName, attempt, signal } = context
    this.called.push(`${taskId} ${stepName} ${attempt}`)
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#running = this.#running.filter((other) => other !== call)
      }
      const call: Call = {
        isLimited,
        end: () => {
          leave()
          const ending = endings[attempt - 1] ?? 'succeeds'
          if (ending === 'succeeds') resolve(results ?? { stepName, attempt })
          else if (ending === 'fails') reject(new Error(`attempt ${attempt} failed`))
          else if (ending === 'asks for time') reject(new RetryableError('not now', { retryAfterMs: askedMs }))
          else reject(new PermanentError(`attempt ${attempt} failed for good`))
        },
      }
      this.#running = [...this.#running, call]
      if (isLimited) this.limitedAt.push(this.#now())
      this.#mostLimited = Math.max(this.#mostLimited, this.#running.filter((each) => each.isLimited).length)
      if (isDeaf) return
      signal.addEventListener('abort', () => {
        leave()
        reject(signal.reason)
      })
    })
  }
}
