import { setTimeout as sleep } from 'node:timers/promises'
import { defineEvent, defineTask, isTaskerError, PermanentError } from '../../../core/index.js'
import type { Database } from '../../../core/persistence/database.js'
import type { Duration, TestTasker } from '../../../core/testing/index.js'

const noted = defineEvent('scenario.noted', undefined, { durable: true })

/** One call of a handler. */
export interface HandlerCall {
  readonly taskId: string
  readonly step: string
  readonly attempt: number
}

/** Codes of errors that say: nobody answered, ask again. */
const unanswered = new Set(['WORKER_LOST', 'DATABASE_UNAVAILABLE', 'DATABASE_CLOSED', 'COMMAND_UNANSWERED'])

/**
 * A round of everything that tasks go through: steps one after the other and side by side, a failure that is retried, one that is
 * for good and is resolved by a person, a cancellation before the start and one in the middle, many created in one call. It knows
 * what its handlers did. It goes on whatever happens to the kernel, as its user would: restarts it, and asks again.
 */
export class FaultScenario {
  readonly calls: HandlerCall[] = []
  readonly #t: () => TestTasker
  readonly #observer: () => Database

  constructor(t: () => TestTasker, observer: () => Database) {
    this.#t = t
    this.#observer = observer
  }

  readonly linear = defineTask({ name: 'linear' })
    .step('one', async (context) => {
      context.publish(noted, { by: 'one' })
      return this.#note(context)
    })
    .step('two', { dependsOn: ['one'] }, async (context) => this.#note(context))
  readonly diamond = defineTask({ name: 'diamond' })
    .step('top', async (context) => this.#note(context))
    .step('left', { dependsOn: ['top'] }, async (context) => this.#note(context))
    .step('right', { dependsOn: ['top'] }, async (context) => this.#note(context))
    .step('bottom', { dependsOn: ['left', 'right'] }, async (context) => this.#note(context))
  readonly flaky = defineTask({ name: 'flaky' }).step('try', { retry: { limit: 20 } }, async (context) => {
    this.#note(context)
    if (context.attempt === 1) throw new Error('the first time')
    return 'at last'
  })
  readonly hopeless = defineTask({ name: 'hopeless' }).step('fail', async (context) => {
    this.#note(context)
    throw new PermanentError('never')
  })
  readonly held = defineTask({ name: 'held' }).step(
    'hold',
    { timeoutMs: 3_600_000, retry: { limit: 1 } },
    (context) => {
      this.#note(context)
      return new Promise((_, reject) => {
        context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true })
      })
    },
  )

  get handlers() {
    return [this.linear, this.diamond, this.flaky, this.hopeless, this.held]
  }

  /** From the first creation to the end of the last task. */
  async run(): Promise<void> {
    await this.#insist(() => this.#t().tasks.create(this.linear))
    await this.#insist(() => this.#t().tasks.create(this.diamond))
    await this.#insist(() => this.#t().tasks.create(this.flaky))
    await this.#insist(() => this.#t().tasks.createMany(this.linear, [{}, {}]))
    const hopeless = await this.#insist(() => this.#t().tasks.create(this.hopeless))
    const later = await this.#insist(() => this.#t().tasks.create(this.linear, { runAt: this.#inAnHour() }))
    const held = await this.#insist(() => this.#t().tasks.create(this.held))
    await this.#insist(() => this.#t().tasks.cancel(later.id, { reason: 'not wanted' }))
    // Many crashes in a row end it early.
    await this.#until(this.#isIn(held.id, 'in_progress', 'error'), '10ms')
    await this.#insist(() => this.#t().tasks.cancel(held.id, { reason: 'enough' }))
    await this.#until(this.#isIn(hopeless.id, 'error'), '1s')
    await this.#insist(() => this.#t().tasks.resolve(hopeless.id, { reason: 'done by hand' }))
    // What was created by a call whose answer was lost ends as well: after its hour, or its time-out.
    await this.#until(`not exists (select from ${this.#tasks} where state in ('pending', 'in_progress'))`, '20m')
  }

  /** Ends the life of the kernel and begins the next. */
  async restart(): Promise<void> {
    await this.#insist(() => this.#t().restart())
  }

  #isIn(taskId: string, ...states: readonly string[]): string {
    return `exists (select from ${this.#tasks} where id = '${taskId}' and state in ('${states.join("', '")}'))`
  }

  /** Lets time pass, and the kernel live again, until something holds in the database. */
  async #until(condition: string, step: Duration): Promise<void> {
    const deadline = performance.now() + 20_000
    while (performance.now() < deadline) {
      const [row] = await this.#observer().query<{ holds: boolean }>(`select ${condition} as holds`)
      if (row!.holds) return
      await this.#insist(() => this.#t().clock.advance(step))
      // A lease runs out in real time.
      await sleep(2)
    }
    const rows = await this.#observer().query(
      `select id, name, state, owner_id, epoch, due_at, parked from ${this.#tasks} where state in ('pending', 'in_progress')`,
    )
    throw new Error(`never came true: ${condition}; unfinished: ${JSON.stringify(rows)}`)
  }

  get #tasks(): string {
    return this.#observer().table('tasks')
  }

  /** Does something until it is answered, with as many lives of the kernel as that takes. */
  async #insist<T>(action: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        if (this.#t().state === 'stopped') await this.#t().restart()
        return await action()
      } catch (error) {
        if (!isTaskerError(error) || tries > 50) throw error
        // Another try of the same was heard after all.
        if (!unanswered.has(error.code)) return undefined as T
      }
    }
  }

  #inAnHour(): Date {
    return new Date(this.#t().clock.now() + 3_600_000)
  }

  #note({ taskId, stepName, attempt }: { taskId: string; stepName: string; attempt: number }): string {
    this.calls.push({ taskId, step: stepName, attempt })
    return stepName
  }
}
