import type { EventBus } from '../bus/event-bus.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Clock } from '../contracts/clock.js'
import type { IdSource, RandomSource } from '../contracts/id-source.js'
import type { Queue } from '../contracts/queue.js'
import type { StepContext } from '../contracts/task-definition.js'
import { WorkerLostError } from '../errors/testing-errors.js'
import { furnish } from '../kernel/boot-tasker.js'
import { type Composition, compose } from '../kernel/compose.js'
import { createLogger } from '../kernel/create-logger.js'
import { openStorage, type Storage } from '../kernel/open-storage.js'
import { TaskerInstance } from '../kernel/tasker-instance.js'
import { MemoryQueue } from '../orchestration/memory-queue.js'
import type { DatabaseAddress } from '../persistence/database-address.js'
import { AttemptFaults } from './attempt-faults.js'
import type { FaultPlan } from './faults.js'
import { FaultyQueue } from './faulty-queue.js'
import { LifetimeClock } from './lifetime-clock.js'
import { type MortalStore, makeMortal } from './mortal-store.js'
import type { EventRecorder } from './recorded-events.js'
import { breakingStatements, type FaultTarget } from './statement-faults.js'
import { VirtualClock } from './virtual-clock.js'

/** What the lives of a test kernel share. */
export interface TestKernelInput {
  readonly config: ResolvedConfig
  readonly clock: Clock
  readonly ids: IdSource
  readonly random: RandomSource
  readonly faults: FaultPlan
  readonly recorder: EventRecorder
  /** The shared embedded server, if it is to be used. */
  readonly server: DatabaseAddress | undefined
}

/** One life of a test kernel: from boot to stop or to the loss of its worker. */
export class TestKernel {
  readonly tasker: TaskerInstance
  readonly parts: Composition
  readonly #clock: LifetimeClock
  readonly #mortal: MortalStore
  readonly #attemptFaults = new AttemptFaults()
  readonly #lost = Promise.withResolvers<void>()
  /** Tasks whose end has been told here. */
  readonly #ended = new Set<string>()
  #killing: Promise<void> | undefined

  private constructor(parts: Composition, clock: LifetimeClock, mortal: MortalStore) {
    this.parts = parts
    this.#clock = clock
    this.#mortal = mortal
    this.tasker = new TaskerInstance(parts)
    parts.taskEnds.onEnd((taskId) => this.#ended.add(taskId))
  }

  static async boot(input: TestKernelInput): Promise<TestKernel> {
    const { config, ids, random, faults, server } = input
    const log = createLogger(config.values)
    const clock = new LifetimeClock(input.clock)
    const life = new KernelLife()
    const onStatement = breakingStatements((statement) => faults.judgeStatement(statement), life)
    const storageOptions = {
      attach: false,
      skipMigrations: false,
      onStatement,
      ...(server ? { runningServer: server } : {}),
    }
    const storage = await openStorage(config.values, log, storageOptions)
    const mortal = makeMortal(storage.store)
    // Time is not that of a server where a test moves it.
    const isVirtual = input.clock instanceof VirtualClock
    const options = { ids, random, ...(isVirtual ? { queue: new MemoryQueue(clock) } : {}) }
    const wrapQueue = (queue: Queue): Queue => new FaultyQueue(queue, () => faults.takeQueueFault())
    const parts = compose({ config, storage: withStore(storage, mortal), log, clock, options, wrapQueue })
    const kernel = new TestKernel(parts, clock, mortal)
    life.begin(kernel, storage)
    kernel.#listen(input.recorder, faults)
    await furnish(parts, options)
    try {
      await kernel.tasker.start()
    } catch (error) {
      await kernel.kill()
      throw error
    }
    return kernel
  }

  get isLost(): boolean {
    return this.#killing !== undefined
  }

  /** Resolves when the worker is lost. */
  get lost(): Promise<void> {
    return this.#lost.promise
  }

  /** Whether the end of a task has been told here, and not been asked for since. A person may have undone it by now. */
  takeEnd(taskId: string): boolean {
    return this.#ended.delete(taskId)
  }

  /** Attempts that wait for the clock because a test asked for it. */
  get delayed(): Pick<AttemptFaults, 'areWaiting' | 'areAllWaiting'> {
    return this.#attemptFaults
  }

  get bus(): EventBus {
    return this.parts.bus
  }

  /** Loses the worker: at once for its surroundings, and when this resolves nothing of it can reach the database any more. */
  kill(): Promise<void> {
    this.#killing ??= this.#kill()
    return this.#killing
  }

  async #kill(): Promise<void> {
    const { bus, taskEnds, worker, scheduleRunner, subscriptionRunner, pulse, upkeep, storage } = this.parts
    const ended = this.#mortal.kill()
    this.parts.plugins.guests.endWatch()
    bus.close()
    taskEnds.stop()
    scheduleRunner.halt()
    subscriptionRunner.halt(true)
    pulse.close()
    worker.halt()
    upkeep.halt()
    this.#clock.end()
    this.#lost.resolve()
    await ended
    await storage.close()
  }

  /** The first listener and the outermost hook, so that nothing is missed and a lost worker calls no handler. */
  #listen(recorder: EventRecorder, faults: FaultPlan): void {
    const { bus, hooks } = this.parts
    const listen = (event: Parameters<EventRecorder['record']>[0]): void => {
      recorder.record(event)
      if (faults.judgeEvent(event) === 'crash') void this.kill()
    }
    bus.on('*', listen as never, { name: 'the recorder of the test' })
    const around = async (context: StepContext, next: () => Promise<unknown>) => {
      if (this.isLost) throw new WorkerLostError()
      return this.#attemptFaults.carryOut(faults.judgeAttempt(context), context, this.#clock, next)
    }
    hooks.add('aroundStepExecute', around, 'faults of the test')
  }
}

/** What a fault hits, which may fall before there is a kernel. */
class KernelLife implements FaultTarget {
  #hasEnded = false
  #kernel: TestKernel | undefined
  #storage: Storage | undefined

  get isLost(): boolean {
    return this.#hasEnded || (this.#kernel?.isLost ?? false)
  }

  begin(kernel: TestKernel, storage: Storage): void {
    this.#kernel = kernel
    this.#storage = storage
  }

  kill(): void {
    this.#hasEnded = true
    void this.#kernel?.kill()
  }

  disconnect(): void {
    this.#storage?.database.destroy()
  }
}

function withStore(storage: Storage, { store }: MortalStore): Storage {
  return { ...storage, store }
}
