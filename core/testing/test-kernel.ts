import type { EventBus } from '../bus/event-bus.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Clock } from '../contracts/clock.js'
import type { IdSource, RandomSource } from '../contracts/id-source.js'
import { WorkerLostError } from '../errors/testing-errors.js'
import { furnish } from '../kernel/boot-tasker.js'
import { type Composition, compose } from '../kernel/compose.js'
import { createLogger } from '../kernel/create-logger.js'
import { openStorage, type Storage } from '../kernel/open-storage.js'
import { TaskerInstance } from '../kernel/tasker-instance.js'
import { MemoryQueue } from '../orchestration/memory-queue.js'
import type { DatabaseAddress } from '../persistence/database.js'
import type { FaultPlan } from './faults.js'
import { FaultyQueue } from './faulty-queue.js'
import { LifetimeClock } from './lifetime-clock.js'
import { type MortalStore, makeMortal } from './mortal-store.js'
import type { EventRecorder } from './recorded-events.js'

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
  readonly #lost = Promise.withResolvers<void>()
  #killing: Promise<void> | undefined

  private constructor(parts: Composition, clock: LifetimeClock, mortal: MortalStore) {
    this.parts = parts
    this.#clock = clock
    this.#mortal = mortal
    this.tasker = new TaskerInstance(parts)
  }

  static async boot(input: TestKernelInput): Promise<TestKernel> {
    const { config, ids, random, faults, server } = input
    const log = createLogger(config.values)
    const clock = new LifetimeClock(input.clock)
    const storageOptions = { attach: false, skipMigrations: false, ...(server ? { runningServer: server } : {}) }
    const storage = await openStorage(config.values, log, storageOptions)
    const mortal = makeMortal(storage.store)
    const queue = new FaultyQueue(new MemoryQueue(clock), () => faults.takeQueueFault())
    const options = { ids, random, queue }
    const parts = compose({ config, storage: withStore(storage, mortal), log, clock, options })
    const kernel = new TestKernel(parts, clock, mortal)
    kernel.#listen(input.recorder, faults)
    await furnish(parts, options)
    await kernel.tasker.start()
    return kernel
  }

  get isLost(): boolean {
    return this.#killing !== undefined
  }

  /** Resolves when the worker is lost. */
  get lost(): Promise<void> {
    return this.#lost.promise
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
    const { bus, taskEnds, worker, storage } = this.parts
    const ended = this.#mortal.kill()
    bus.close()
    taskEnds.stop()
    worker.halt()
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
      if (faults.takeCrash(event.name)) void this.kill()
    }
    bus.on('*', listen as never, { name: 'the recorder of the test' })
    const around = async (context: Parameters<FaultPlan['checkStep']>[0], next: () => Promise<unknown>) => {
      if (this.isLost) throw new WorkerLostError()
      faults.checkStep(context)
      return next()
    }
    hooks.add('aroundStepExecute', around, 'faults of the test')
  }
}

function withStore(storage: Storage, { store }: MortalStore): Storage {
  return { ...storage, store }
}
