import type { TaskerEvent } from '../events/envelope.js'
import { type Checked, type EventPattern, type MatchingEvents, matchesPattern } from '../events/event-pattern.js'

/** What was heard on the bus, in that order: of the whole kernel, or of one task. */
export interface RecordedEvents {
  /** The names, in order. */
  names(): string[]
  all(): readonly TaskerEvent<string>[]
  /** The events that a name or wildcard selects. */
  of<const P extends EventPattern>(pattern: P & Checked<P>): MatchingEvents<P>[]
  /** What these carry. */
  payloads<const P extends EventPattern>(pattern: P & Checked<P>): MatchingEvents<P>['payload'][]
  /** Forgets what was recorded so far. */
  clear(): void
}

/** Keeps what it is given. */
export class EventRecorder implements RecordedEvents {
  readonly #events: TaskerEvent<string>[] = []

  record(event: TaskerEvent<string>): void {
    this.#events.push(event)
  }

  get count(): number {
    return this.#events.length
  }

  names(): string[] {
    return namesOf(this.#events)
  }

  all(): readonly TaskerEvent<string>[] {
    return [...this.#events]
  }

  of<const P extends EventPattern>(pattern: P & Checked<P>): MatchingEvents<P>[] {
    return select(this.#events, pattern)
  }

  payloads<const P extends EventPattern>(pattern: P & Checked<P>): MatchingEvents<P>['payload'][] {
    return this.of(pattern).map((event) => event.payload)
  }

  clear(): void {
    this.#events.length = 0
  }

  /** Those of one task, also what comes later. */
  ofTask(taskId: string): RecordedEvents {
    const own = () => this.#events.filter((event) => event.taskId === taskId)
    return {
      names: () => namesOf(own()),
      all: own,
      of: (pattern) => select(own(), pattern),
      payloads: (pattern) => select<typeof pattern>(own(), pattern).map((event) => event.payload),
      clear: () => {
        const others = this.#events.filter((event) => event.taskId !== taskId)
        this.#events.splice(0, Infinity, ...others)
      },
    }
  }
}

function namesOf(events: readonly TaskerEvent<string>[]): string[] {
  return events.map(({ name }) => name)
}

function select<P extends EventPattern>(events: readonly TaskerEvent<string>[], pattern: string): MatchingEvents<P>[] {
  return events.filter(({ name }) => matchesPattern(pattern, name)) as unknown as MatchingEvents<P>[]
}
