import { TaskerError } from './tasker-error.js'

/** Thrown when a duration cannot be read, such as one handed to `clock.advance()`. */
export class InvalidDurationError extends TaskerError {
  constructor(received: unknown) {
    super('INVALID_DURATION', {
      what: 'A duration cannot be read',
      expected: 'milliseconds from 0, or numbers with units as in 250ms, 30s, 5m, 1h, 2d or 1h 30m',
      received: typeof received === 'string' ? JSON.stringify(received) : String(received),
      details: { received: String(received) },
    })
  }
}

/** Thrown when a test moves the clock of a test kernel that runs on the system's. */
export class ClockNotVirtualError extends TaskerError {
  constructor() {
    super('CLOCK_NOT_VIRTUAL', {
      what: "The clock cannot be moved: this test kernel runs on the system's",
      wayOut: "Leave `clock: 'system'` out of createTestTasker(), or wait as long as it takes",
    })
  }
}

/** Thrown when something is asked of a worker that a test has lost on purpose. */
export class WorkerLostError extends TaskerError {
  constructor() {
    super('WORKER_LOST', {
      what: 'The worker of this test kernel was lost, as the test asked for',
      wayOut: 'Call restart() for a new one on the same database',
    })
  }
}

/** What a step fails with that a test told to fail. */
export class InjectedFaultError extends TaskerError {
  constructor(what: string) {
    super('INJECTED_FAULT', { what: `${what} failed because the test asked for it`, details: { what } })
  }
}

/** Thrown when a task of a test did not end in time. */
export class TestRunTimeoutError extends TaskerError {
  constructor(task: string, state: string, running: readonly string[], timeoutMs: number) {
    const rest = running.length > 0 ? `, with ${running.join(', ')} running` : ''
    super('TEST_RUN_TIMEOUT', {
      what: `Task ${task} has not ended within ${timeoutMs} ms of real time; it is ${state}${rest}`,
      wayOut:
        'While a handler runs, the clock stands still: where it waits for time to pass, create the task with tasks.create() and use clock.advance(); where it only takes long, raise giveUpAfterMs of run()',
      details: { task, state, running, timeoutMs },
    })
  }
}

/** Thrown by a case of `queueConformance` that a queue does not pass. */
export class QueueNotConformingError extends TaskerError {
  constructor(queue: string, { expected, received }: { readonly expected: string; readonly received: string }) {
    super('QUEUE_NOT_CONFORMING', {
      what: `Queue ${queue} does not do what the port asks for`,
      expected,
      received,
      wayOut: 'Correct the adapter; what the port asks for stands at the type Queue',
      details: { queue },
    })
  }
}

/** Thrown when an event did not come that a test waited for. */
export class EventNotSeenError extends TaskerError {
  constructor(
    pattern: string,
    seen: {
      readonly occurrence: number
      readonly fitting: number
      readonly timeoutMs: number
      readonly last: readonly string[]
    },
  ) {
    const { occurrence, fitting, timeoutMs, last } = seen
    super('EVENT_NOT_SEEN', {
      what: `No event ${pattern} was published within ${timeoutMs} ms of real time`,
      expected: occurrence === 1 ? 'one that fits' : `${occurrence} that fit`,
      received: `${fitting}; the last events were ${last.length === 0 ? 'none at all' : last.join(', ')}`,
      wayOut: 'Under the virtual clock time does not pass by itself: what is due later comes with clock.advance()',
      details: { pattern, ...seen },
    })
  }
}

/** Thrown when the options of `simulate()`, or the variable TASKER_SIMULATE, cannot be read. */
export class InvalidSimulationError extends TaskerError {
  constructor(what: string, { expected, received }: { readonly expected: string; readonly received: unknown }) {
    super('INVALID_SIMULATION', {
      what,
      expected,
      received: typeof received === 'string' ? JSON.stringify(received) : String(received),
      wayOut:
        'Paste the line that the report of a simulation ends with, or take the variable away; correct the options',
      details: { received: String(received) },
    })
  }
}

/** Thrown by `simulate()` when a promise of the engine, or an invariant of the test, was broken. */
export class SimulationFailedError extends TaskerError {
  /**
   * @param report what failed, how to see it again, and what happened: lines for people
   * @param cause what `check` threw, which says where
   */
  constructor(task: string, report: string, details: Readonly<Record<string, unknown>>, cause?: unknown) {
    super('SIMULATION_FAILED', {
      what: `The simulation of ${task} failed:\n${report}\n`,
      wayOut: 'Run the line that repeats it, with a debugger if need be; correct the task, or `check`',
      details,
      ...(cause === undefined ? {} : { cause }),
    })
  }
}

/** Thrown by `callStep()` for a handler class that only the container of a kernel can build. */
export class HandlerNeedsContainerError extends TaskerError {
  constructor(handler: string, owner: string) {
    super('HANDLER_NEEDS_CONTAINER', {
      what: `Handler ${handler} of ${owner} cannot be built: its constructor takes what the container of a kernel has`,
      wayOut: 'Run the task with createTestTasker(), or make the handler yourself and call its process()',
      details: { handler },
    })
  }
}
