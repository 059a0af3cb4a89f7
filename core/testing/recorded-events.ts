import { EventNotSeenError } from '../errors/testing-errors.js'
import type { TaskerEvent } from '../events/envelope.js'
import { type Checked, type EventPattern, type MatchingEvents, matchesPattern } from '../events/event-pattern.js'
import { storyOf } from './event-story.js'

/** What `waitFor` waits for. */
export interface WaitForOptions<Event> {
  /** Only events for which this is true. */
  readonly where?: (event: Event) => boolean
  /** Which of those that fit, counted from the first that was recorded. Default 1. */
  readonly occurrence?: number
  /** In milliseconds of real time. Default 5 000. */
  readonly timeoutMs?: number
}

const defaultWaitMs = 5_000
/** So many of the last events stand in the message of an event that did not come. */
const lastShown = 5

/** What was heard on the bus, in that order: of the whole kernel, or of one task. */
export interface RecordedEvents {
  /** The names, in order. */
  names(): string[]
  all(): readonly TaskerEvent<string>[]
  /** The events that a name or wildcard selects. */
  of<const P extends EventPattern>(pattern: Checked<P>): MatchingEvents<P>[]
  /** What these carry. */
  payloads<const P extends EventPattern>(pattern: Checked<P>): MatchingEvents<P>['payload'][]
  /**
   * What happened, a line for each event that is selected, or for all: its name, and the step, the attempt if it is not the first, and
   * the code of the error.
   *
   * @example
   * assert.deepEqual(run.events.story('step.failed'), ['step.failed charge: INJECTED_FAULT'])
   */
  story<const P extends EventPattern>(pattern?: Checked<P>): string[]
  /**
   * The first event that a name or wildcard selects, at once if it was recorded already, else when it comes. Under the virtual clock
   * it does not let time pass.
   *
   * @throws EventNotSeenError when it has not come in time
   * @example
   * const { payload } = await t.events.waitFor('step.failed', { where: (event) => event.payload.stepName === 'charge' })
   */
  waitFor<const P extends EventPattern>(
    pattern: Checked<P>,
    options?: WaitForOptions<MatchingEvents<P>>,
  ): Promise<MatchingEvents<P>>
  /** Forgets what was recorded so far. */
  clear(): void
}

/** Keeps what it is given. */
export class EventRecorder {
  #events: TaskerEvent<string>[] = []
  #heard = 0
  /** Look at all that was recorded whenever something was. */
  readonly #waiting = new Set<() => void>()

  record(event: TaskerEvent<string>): void {
    this.#heard += 1
    this.#events.push(event)
    for (const look of this.#waiting) look()
  }

  /** How many it was ever given. */
  get heard(): number {
    return this.#heard
  }

  /** What was recorded so far and comes later: all of it, or what is about one task. */
  view(taskId?: string): RecordedEvents {
    const isWanted = (event: TaskerEvent<string>) => taskId === undefined || event.taskId === taskId
    const all = () => this.#events.filter(isWanted)
    const select = (pattern: string) => all().filter(({ name }) => matchesPattern(pattern, name))
    return {
      names: () => all().map(({ name }) => name),
      all,
      of: (pattern) => select(pattern as string) as never,
      payloads: (pattern) => select(pattern as string).map(({ payload }) => payload) as never,
      story: (pattern) => (pattern === undefined ? all() : select(pattern as string)).map(storyOf),
      waitFor: (pattern, options = {}) =>
        this.#waitFor(pattern as string, options as WaitForOptions<unknown>, () => select(pattern as string)) as never,
      clear: () => {
        this.#events = this.#events.filter((event) => !isWanted(event))
      },
    }
  }

  async #waitFor(
    pattern: string,
    { where = () => true, occurrence = 1, timeoutMs = defaultWaitMs }: WaitForOptions<unknown>,
    selected: () => readonly TaskerEvent<string>[],
  ): Promise<TaskerEvent<string>> {
    const found = Promise.withResolvers<TaskerEvent<string>>()
    const look = (): void => {
      const event = selected().filter(where)[occurrence - 1]
      if (event !== undefined) found.resolve(event)
    }
    const late = setTimeout(() => {
      const fitting = selected().filter(where).length
      found.reject(new EventNotSeenError(pattern, { occurrence, fitting, timeoutMs, last: this.#lastNames() }))
    }, timeoutMs)
    this.#waiting.add(look)
    try {
      look()
      return await found.promise
    } finally {
      clearTimeout(late)
      this.#waiting.delete(look)
    }
  }

  #lastNames(): readonly string[] {
    return this.#events.slice(-lastShown).map(storyOf)
  }
}
