import { setTimeout as sleep } from 'node:timers/promises'
import type { DefinedTask } from '../../contracts/task-definition.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import type { TaskerEvent } from '../../events/envelope.js'
import type { TaskView } from '../../workflow/task-record.js'
import type { AttemptFault, BegunAttempt } from '../attempt-faults.js'
import { openTestTasker } from '../open-test-tasker.js'
import type { TestRun, TestRunOptions } from '../test-run.js'
import type { TestTaskerConfig } from '../test-tasker-config.js'
import type { TestTaskerInstance } from '../test-tasker-instance.js'
import { FaultRunner, type Place } from './fault-runner.js'
import { faultText, type PlacedFault } from './faults-to-try.js'
import { brokenInCalls, brokenInLog, brokenInRows } from './promises.js'
import { storyOfRun } from './run-story.js'

/** A run with its faults, as the invariants of a test see it. */
export interface SimulatedRun<T = DefinedTask> extends TestRun<T> {
  readonly seed: number
  /** Those that have fallen, as in `crash@step.completed#2`; none in the run that shows which places there are. */
  readonly faults: readonly string[]
  /** The task, and those that came of it. */
  readonly tasks: readonly TaskView[]
  /** Every call of a handler, in order, those included that a fault kept from being made. */
  readonly calls: readonly BegunAttempt[]
}

/** What is tried. */
export interface Trial {
  readonly seed: number
  readonly faults: readonly PlacedFault[]
}

/** What each trial begins with. */
export interface TrialSettings<T extends DefinedTask> {
  readonly task: T
  readonly request: Omit<TestRunOptions, 'giveUpAfterMs'> & { readonly context?: unknown }
  readonly config: Omit<TestTaskerConfig, 'clock' | 'seed'>
  readonly giveUpAfterMs: number
  readonly before: () => unknown
  readonly check: (run: SimulatedRun<T>) => unknown
}

/** What came of a trial. */
export interface Outcome {
  readonly places: readonly Place[]
  readonly fallen: readonly PlacedFault[]
  /** What of the promises was broken: lines. */
  readonly broken: readonly string[]
  /** The task as it ended; undefined where it was never created, because its worker was lost before. */
  readonly task: TaskView | undefined
  /** What happened, a line for each durable event and each fault. */
  readonly story: readonly string[]
  /** What ended the run, or what `check` threw, if anything. */
  readonly thrown: unknown
}

const actor = { id: 'simulate', kind: 'system' } as const
const reason = 'a fault of a simulation'
/** What a cancel or a pause may be answered with, where the task has gone on meanwhile or its worker is gone. */
const refusals: readonly string[] = [
  'ILLEGAL_TRANSITION',
  'COMMAND_REFUSED',
  'WORKER_LOST',
  'DATABASE_CLOSED',
  'DATABASE_UNAVAILABLE',
  'TASK_NOT_FOUND',
]
/** How long what was asked of a task may take to be answered, and the sweeper to find nothing left to do, in real time. */
const settleMs = 3_000
/** How often the sweeper comes by, in real time: the promise is that nothing is stuck after it has. */
const sweepIntervalMs = 100
const defaultTimeoutMs = 600_000

/** Runs a task once, on a kernel of its own, under some faults. */
export async function simulateOnce<T extends DefinedTask>(settings: TrialSettings<T>, trial: Trial): Promise<Outcome> {
  await settings.before()
  const { handlers = [], ...config } = settings.config
  await using t = await openTestTasker({
    handlerPatienceMs: 20,
    ...config,
    handlers: handlers.includes(settings.task) ? handlers : [settings.task, ...handlers],
    execution: { sweepIntervalMs, ...config.execution },
    clock: 'virtual',
    seed: trial.seed,
  })
  return await new Simulation(settings, trial, t).run()
}

class Simulation<T extends DefinedTask> {
  readonly #settings: TrialSettings<T>
  readonly #trial: Trial
  readonly #t: TestTaskerInstance
  readonly #faults: FaultRunner
  readonly #calls: BegunAttempt[] = []
  readonly #broken: string[] = []
  /** Words of people that are not answered yet. */
  readonly #words = new Set<Promise<void>>()
  readonly #underWay: Promise<void>[] = []
  /** Faults by the durable event that was the last one before them. */
  readonly #fallenAfter = new Map<string, string[]>()
  #lastEventId = ''
  #thrown: unknown

  constructor(settings: TrialSettings<T>, trial: Trial, t: TestTaskerInstance) {
    this.#settings = settings
    this.#trial = trial
    this.#t = t
    const disturbances = {
      restart: () => this.#remember(t.restart({ drain: true })),
      wakeTwice: () => t.wake(2),
      cancel: (taskId: string) => this.#say('cancel', () => t.tasks.cancel(taskId, { actor, reason })),
      pause: (taskId: string) => this.#say('pause', () => t.tasks.pause(taskId, { actor, reason })),
    }
    this.#faults = new FaultRunner(trial.faults, disturbances, timeoutsOf(t))
  }

  async run(): Promise<Outcome> {
    this.#listen()
    let run: TestRun | undefined
    try {
      run = await this.#runToEnd()
    } catch (error) {
      this.#thrown = error
      this.#broken.push(firstLine(error))
    }
    await this.#settle()
    this.#t.faults.onEvent(undefined)
    this.#t.faults.onStatement(undefined)
    this.#t.faults.onAttempt(undefined)
    const log = await this.#readLog()
    const tasks = await this.#tasks()
    await this.#check(run, tasks, log)
    return {
      places: this.#faults.places,
      fallen: this.#faults.fallen,
      broken: this.#broken,
      task: tasks[0],
      story: storyOfRun(log, this.#fallenAfter),
      thrown: this.#thrown,
    }
  }

  #listen(): void {
    const noting = <Context, Fault>(judge: (context: Context) => Fault) => {
      return (context: Context): Fault => {
        const before = this.#faults.fallen.length
        const fault = judge(context)
        const fallen = this.#faults.fallen.slice(before).map(faultText)
        if (fallen.length > 0)
          this.#fallenAfter.set(this.#lastEventId, [...(this.#fallenAfter.get(this.#lastEventId) ?? []), ...fallen])
        return fault
      }
    }
    const { faults } = this.#t
    const atEvent = noting((event: TaskerEvent<string>) => this.#faults.onEvent(event))
    faults.onEvent((event) => {
      if (event.position !== undefined) this.#lastEventId = event.id
      return atEvent(event)
    })
    faults.onStatement(noting((statement) => this.#faults.onStatement(statement)))
    const atAttempt = noting((attempt: BegunAttempt) => this.#faults.onAttempt(attempt))
    faults.onAttempt(({ taskId, stepName, attempt }) => {
      const call = { taskId, stepName, attempt }
      this.#calls.push(call)
      return atAttempt(call) ?? this.#afterWords()
    })
  }

  async #runToEnd(): Promise<TestRun | undefined> {
    const { giveUpAfterMs } = this.#settings
    const taskId = await this.#create()
    if (taskId === undefined) return undefined
    let run = await this.#t.finish(taskId, { giveUpAfterMs })
    // It was paused here, and whoever pauses a task resumes it.
    while (run.task.parked === 'paused') {
      await this.#resume(taskId)
      run = await this.#t.finish(taskId, { giveUpAfterMs })
    }
    return run
  }

  /** Whoever is told that the worker or its database is gone tries again. */
  async #resume(taskId: string): Promise<void> {
    try {
      await this.#t.tasks.resume(taskId, { actor, reason })
    } catch (error) {
      if (!isTaskerError(error) || !refusals.includes(error.code)) throw error
    }
  }

  /** Undefined where the worker was lost before the task was stored: whoever asked for it has been told so. */
  async #create(): Promise<string | undefined> {
    const { task, request } = this.#settings
    try {
      return (await this.#t.tasks.create(task as DefinedTask, request)).id
    } catch (error) {
      if (!isTaskerError(error) || error.code !== 'WORKER_LOST') throw error
    }
    await this.#t.restart()
    const [first] = await this.#tasks()
    return first?.id
  }

  async #tasks(): Promise<readonly TaskView[]> {
    const { items } = await this.#t.tasks.list({}, { limit: 1_000 })
    const views = await Promise.all(items.map(({ id }) => this.#t.tasks.get(id)))
    return views.map((view) => view!).toSorted((one, other) => (one.id < other.id ? -1 : 1))
  }

  async #readLog(): Promise<readonly TaskerEvent<string>[]> {
    const log: TaskerEvent<string>[] = []
    for await (const event of this.#t.log.tail()) log.push(event)
    return log
  }

  /** Until what was set off has been done; a worker that was lost at the very end is replaced. */
  async #settle(): Promise<void> {
    const given = Promise.allSettled(this.#underWay).then(() => undefined)
    await Promise.race([given, this.#t.crashed(), sleep(settleMs)])
    if (this.#t.state !== 'running') await this.#t.restart()
    await this.#t.clock.advance(0)
    await this.#t.subscribersIdle(settleMs)
  }

  async #check(
    run: TestRun | undefined,
    tasks: readonly TaskView[],
    log: readonly TaskerEvent<string>[],
  ): Promise<void> {
    this.#broken.push(...brokenInLog(tasks, log), ...brokenInCalls(tasks, this.#calls))
    if (run !== undefined) this.#broken.push(...brokenInRows(tasks[0]!))
    this.#broken.push(...(await this.#brokenInVerify()))
    if (run === undefined) return
    const { seed } = this.#trial
    const faults = this.#faults.fallen.map(faultText)
    try {
      await this.#settings.check({ ...run, seed, faults, tasks, calls: this.#calls } as SimulatedRun<T>)
    } catch (error) {
      this.#thrown ??= error
      this.#broken.push(`check: ${error instanceof Error ? error.message.trim() : String(error)}`)
    }
  }

  /** What the sweeper is about to find is no fault yet. */
  async #brokenInVerify(): Promise<readonly string[]> {
    const deadline = performance.now() + settleMs
    while (true) {
      const { differences, stuck } = await this.#t.verify({ graceMs: 0 })
      const isOver = stuck.length === 0 || performance.now() > deadline
      if (isOver) return [...differences, ...stuck].map(({ message }) => `verify: ${message}`)
      await sleep(sweepIntervalMs)
      await this.#t.clock.advance(0)
    }
  }

  /** Handlers are fast, and would be done before a person is heard who speaks at an event. */
  #afterWords(): AttemptFault | undefined {
    return this.#words.size === 0 ? undefined : { until: Promise.all(this.#words) }
  }

  #say(what: string, word: () => Promise<unknown>): void {
    // Later than the event that it follows: those that are told of that are not done yet.
    const said = Promise.resolve()
      .then(word)
      .then(
        () => undefined,
        (error: unknown) => {
          if (isTaskerError(error) && refusals.includes(error.code)) return
          this.#broken.push(`the ${what} was answered with ${firstLine(error)}`)
        },
      )
      .finally(() => this.#words.delete(said))
    this.#words.add(said)
    this.#remember(said)
  }

  #remember(work: Promise<unknown>): void {
    this.#underWay.push(
      work.then(
        () => undefined,
        (error) => void this.#broken.push(firstLine(error)),
      ),
    )
  }
}

/** Of the steps of all tasks that the kernel has, elements of lists as their list. */
function timeoutsOf(t: TestTaskerInstance): (stepName: string) => number {
  const steps = t.handlers.list().flatMap(({ value }) => value.definition.steps)
  return (stepName) => {
    const name = stepName.replace(/\[\d+\]$/, '')
    return steps.find((step) => step.name === name)?.timeoutMs ?? defaultTimeoutMs
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}
