import type { EventBus } from '../bus/event-bus.js'
import type { DefinedTask } from '../contracts/task-definition.js'
import type { TaskRequest } from '../contracts/task-request.js'
import type { ContextOf, TaskReference } from '../contracts/tasks-api.js'
import type { Tasker } from '../kernel/tasker.js'
import type { Faults } from './faults.js'
import type { Duration } from './parse-duration.js'
import type { RecordedEvents } from './recorded-events.js'
import type { TestRun, TestRunOptions } from './test-run.js'

/** The clock of a test kernel. */
export interface TestClock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Lets time pass: timers fire and tasks become due, each at its own time and in order. Ends when nothing runs and everything is
   * committed. A handler that is still running after 100 ms of real time in which nothing happened (`handlerPatienceMs`) counts as
   * waiting for time, and time passes: that is how time-outs are tested.
   *
   * @throws InvalidDurationError
   * @throws ClockNotVirtualError with `clock: 'system'`
   * @example
   * await t.clock.advance('1h')
   */
  advance(duration: Duration): Promise<void>
}

/**
 * A Tasker for tests, running, with a database of its own that is dropped when it stops. Everything that `createTasker()` gives is
 * there, and what a test needs besides.
 *
 * @example
 * await using t = await createTestTasker({ handlers: [processOrder] })
 * const run = await t.run(processOrder, { orderId: 1 })
 * assert.equal(run.state, 'complete')
 */
export interface TestTasker extends Tasker {
  /** The bus, and what was published on it since boot, over all restarts. */
  readonly events: EventBus & RecordedEvents
  readonly clock: TestClock
  /** What to break on purpose. */
  readonly faults: Faults
  /** With the same seed, clock and actions, ids and jitter are the same again; drawn by chance where none was given. */
  readonly seed: number
  /**
   * Creates a task and runs it to its end: complete, in error, cancelled, resolved by a person, or parked. Under the virtual clock
   * time passes by itself from one due time to the next whenever nothing runs, so that retries need no waiting; while a handler
   * runs, the clock stands still. A worker lost on the way by `faults.crashOn()` is restarted.
   *
   * @throws TestRunTimeoutError when it has not ended after `giveUpAfterMs` of real time, 10 s unless said otherwise
   */
  run<T extends DefinedTask>(task: T, context?: ContextOf<T>, options?: TestRunOptions): Promise<TestRun<T>>
  /** The same for a task by its name: `{ namespace, name, version, context }`. */
  run(request: TaskRequest, context?: undefined, options?: Pick<TestRunOptions, 'giveUpAfterMs'>): Promise<TestRun>
  /**
   * Runs a task that exists to its end, as `run()` does: one that was created with `tasks.create()`, by a schedule or by another task.
   *
   * @throws TestRunTimeoutError
   * @throws TaskNotFoundError
   */
  finish(task: TaskReference, options?: Pick<TestRunOptions, 'giveUpAfterMs'>): Promise<TestRun>
  /**
   * Runs one statement on the database of the test: what a transactional subscriber or a plugin has written there. Times come back as
   * ISO 8601 in UTC, `bigint` as text, JSON parsed.
   *
   * @example
   * assert.deepEqual(await t.query('select cents from public.sales where task_id = $1', [run.id]), [{ cents: 250 }])
   */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /**
   * Loses the worker, as if its process had ended: no drain, no word to anybody. Nothing of it is written, published or heard any
   * more, and no further handler is called. What runs of a handler at that moment cannot be stopped from outside: its signal
   * fires, and what it returns is dropped. The kernel's methods throw WorkerLostError until `restart()`.
   */
  crash(): Promise<void>
  /** Resolves when the worker has been lost, by `crash()` or by `faults.crashOn()`. */
  crashed(): Promise<void>
  /**
   * Boots a new kernel on the same database, with the same configuration, clock and record of events. It takes over what a lost
   * worker left: at once on an embedded database, on a PostgreSQL server when the lease has run out. What was registered
   * or listened to at run time is gone. A worker that lives is lost first, or with `drain` stopped as by a deployment: it
   * claims nothing more, waits for what runs, and gives the rest back.
   */
  restart(options?: { readonly drain?: boolean }): Promise<void>
}
