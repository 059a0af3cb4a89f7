import type { TaskerEvent } from '../events/envelope.js'
import { type Checked, type EventPattern, type MatchingEvents, matchesPattern } from '../events/event-pattern.js'

/** What was heard on the bus, in that order: of the whole kernel, or of one task. */
export interface RecordedEvents {
  /** The names, in order. */
  names(): string[]
  all(): readonly TaskerEvent<string>[]
  /** The events that a name or wildcard selects. */
  of<const P extends EventPattern>(pattern: Checked<P>): MatchingEvents<P>[]
  /** What these carry. */
  payloads<const P extends EventPattern>(pattern: Checked<P>): MatchingEvents<P>['payload'][]
  /** Forgets what was recorded so far. */
  clear(): void
}

/** Keeps what it is given. */
export class EventRecorder {
  #events: TaskerEvent<string>[] = []
  #heard = 0

  record(event: TaskerEvent<string>): void {
    this.#heard += 1
    this.#events.push(event)
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
      clear: () => {
        this.#events = this.#events.filter((event) => !isWanted(event))
      },
    }
  }
}
