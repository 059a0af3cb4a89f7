import assert from 'node:assert/strict'
import type { BusFailure } from '../../../core/bus/bus-failure.js'
import { EventBus, type EventBusOptions } from '../../../core/bus/event-bus.js'
import type { Timer } from '../../../core/contracts/clock.js'
import type { EventPayload } from '../../../core/events/event-catalogue.js'

/** A clock that goes on only when a test says so. */
export class ManualClock {
  #now = Date.UTC(2025, 0, 1)
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  readonly now = (): number => this.#now

  readonly setTimer = (callback: () => void, delayMs: number): Timer => {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  get pendingTimers(): number {
    return this.#timers.size
  }

  async advance(ms: number): Promise<void> {
    this.#now += ms
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue
      timer.callback()
    }
    await settled()
  }
}

/** When what is under way has had its turns. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export interface LogLine {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string | undefined
}

export class LogLines {
  readonly lines: LogLine[] = []
  readonly debug = this.#at('debug')
  readonly info = this.#at('info')
  readonly warn = this.#at('warn')
  readonly error = this.#at('error')
  readonly child = (): this => this

  #at(level: string) {
    return (fields: object, message?: string): void => {
      this.lines.push({ level, fields: fields as Record<string, unknown>, message })
    }
  }
}

/** A listener that must not be called; an assertion inside of one would be kept from the test by the bus. */
export class Unheard {
  #calls = 0

  readonly listener = (): void => {
    this.#calls++
  }

  check(): void {
    assert.equal(this.#calls, 0, 'the listener was called')
  }
}

/** An open bus, its clock, its log and the failures it reported. */
export function openBus(options: EventBusOptions = {}) {
  const clock = new ManualClock()
  const log = new LogLines()
  const failures: BusFailure[] = []
  const bus = new EventBus({ now: clock.now, setTimer: clock.setTimer, logger: log, ...options })
  bus.onError((failure) => failures.push(failure))
  bus.open()
  return { bus, clock, log, failures }
}

export const completed: EventPayload<'task.completed'> = {
  namespace: 'payments',
  taskName: 'refund',
  version: '1.0.0',
  stepCount: 1,
  completedSteps: 1,
  skippedSteps: 0,
  durationMs: 5,
}

export const retryStarted: EventPayload<'workflow.task_reenqueue_started'> = {
  namespace: 'payments',
  taskName: 'refund',
  version: '1.0.0',
  reason: 'retry_backoff',
}
