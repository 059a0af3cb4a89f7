import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue, WakeListener, WakeUp } from '../contracts/queue.js'
import type { Transaction } from '../contracts/transaction.js'
import { QueueNotConformingError } from '../errors/testing-errors.js'
import { conformanceKind, DueTasks, wakeUpAt } from './due-tasks.js'

/** A queue as a conformance case is given it: opened, not started. */
export interface QueueUnderTest {
  readonly queue: Queue
  /** Runs work in a transaction that the queue takes part in, rolled back if it throws; for transactional queues. */
  readonly transaction?: (work: (transaction: Transaction) => Promise<void>) => Promise<void>
  /** Takes away what was made for it. */
  close(): Promise<void>
}

export interface QueueConformanceOptions {
  /** A queue of its own for each case. */
  create(): Promise<QueueUnderTest>
  /** How long after its time a wake-up may come, in milliseconds. Default 2000. */
  readonly patienceMs?: number
}

/** What the listeners of the cases serve. */
const kinds = (): readonly string[] => ['conformance.another@1.0.0', conformanceKind]

/** One thing that a queue must do: `it(name, run)`. */
export interface QueueConformanceCase {
  readonly name: string
  /** @throws QueueNotConformingError */
  run(): Promise<void>
}

/** What a case works with. */
interface Scene extends QueueUnderTest {
  readonly tasks: DueTasks
  readonly patienceMs: number
  readonly listener: WakeListener
}

/**
 * What every implementation of {@link Queue} must do, as cases for any test runner. They know nothing of how a queue works: each asks
 * for wake-ups, and looks whether whoever is woken finds what is due.
 *
 * @example
 * for (const { name, run } of queueConformance({ create: createRedisQueue })) it(name, run)
 */
export function queueConformance({
  create,
  patienceMs = 2_000,
}: QueueConformanceOptions): readonly QueueConformanceCase[] {
  return Object.entries(cases).map(([name, work]) => ({
    name,
    run: async () => {
      const made = await create()
      const tasks = new DueTasks()
      const listener = async (): Promise<void> => tasks.claim()
      try {
        await work({ ...made, tasks, patienceMs, listener })
      } finally {
        await made.queue.stop()
        await made.close()
      }
    },
  }))
}

const cases: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async 'wakes somebody at once for what is due'(scene) {
    await scene.queue.start(scene.listener, kinds)
    await expectClaims(scene, [0])
    // One that was due long ago is as due as any.
    await expectClaims(scene, [-3_600_000])
  },

  async 'wakes somebody for what is due later: not before its time, and soon after it'(scene) {
    const { queue, tasks } = scene
    await queue.start(scene.listener, kinds)
    const wakeUps = await tasks.add(queue, [800])
    await sleep(500)
    // Unless this process itself was late.
    if (tasks.dueSinceMs(wakeUps[0]!) < 0) expectEqual(queue, tasks.claims, 0, 'calls before the time')
    await expectInTime(scene, wakeUps)
  },

  async 'keeps the times of a call apart, however they are ordered'(scene) {
    await scene.queue.start(scene.listener, kinds)
    await expectClaims(scene, [600, 0, 300, 150, 450])
  },

  async 'takes thousands of wake-ups in one call'(scene) {
    await scene.queue.start(scene.listener, kinds)
    await expectClaims(
      scene,
      Array.from({ length: 3_000 }, (_, index) => (index % 3) * 100),
    )
  },

  async 'bears wake-ups that are doubled, in one call and over several'(scene) {
    const { queue, tasks } = scene
    await queue.start(scene.listener, kinds)
    const [wakeUp] = await tasks.add(queue, [200])
    await queue.wake(undefined, [wakeUp!, wakeUp!])
    await queue.wake(undefined, [wakeUp!])
    await expectInTime(scene, [wakeUp!])
    await expectClaims(scene, [0])
  },

  async 'takes any priority'(scene) {
    const { queue, tasks } = scene
    await queue.start(scene.listener, kinds)
    const wakeUps = await tasks.add(queue, [0, 0, 0, 0])
    const priorities = [0, -1_000_000, 1_000_000, 0.5]
    await queue.wake(
      undefined,
      wakeUps.map((wakeUp, index) => ({ ...wakeUp, priority: priorities[index]! })),
    )
    await expectInTime(scene, wakeUps)
  },

  async 'goes on when a listener rejects'(scene) {
    const { queue, tasks } = scene
    let failures = 0
    await queue.start(async () => {
      failures += 1
      if (failures <= 3)
        throw new QueueNotConformingError(queue.name, { expected: 'no matter', received: 'a rejection' })
      tasks.claim()
    }, kinds)
    for (let round = 0; round < 3; round++) {
      await queue.wake(undefined, [wakeUpAt(Date.now())])
      await sleep(50)
    }
    failures = 3
    await expectClaims(scene, [0])
  },

  async 'calls again for what comes while a listener is busy'(scene) {
    const { queue, tasks } = scene
    const busy = Promise.withResolvers<void>()
    let calls = 0
    await queue.start(async () => {
      calls += 1
      // Like a claim: it sees what was there when it began.
      tasks.claim()
      if (calls === 1) await busy.promise
    }, kinds)
    await expectClaims(scene, [0])
    const late = await tasks.add(queue, [0])
    await sleep(50)
    busy.resolve()
    await expectInTime(scene, late)
  },

  async 'calls nobody after stop(), and stops although a listener does not return'(scene) {
    const { queue, tasks } = scene
    await queue.start(async () => {
      tasks.claim()
      await new Promise(() => {})
    }, kinds)
    await expectClaims(scene, [0])
    await tasks.add(queue, [150])
    const stopped = queue.stop().then(() => true)
    if (!(await Promise.race([stopped, sleep(5_000, false)])))
      throw new QueueNotConformingError(queue.name, { expected: 'stop() to resolve soon', received: '5 s of silence' })
    const { claims } = tasks
    await tasks.add(queue, [0])
    await sleep(500)
    expectEqual(queue, tasks.claims - claims, 0, 'calls after stop()')
  },

  async 'may be started again, and stopped twice'(scene) {
    const { queue } = scene
    await queue.stop()
    for (let life = 0; life < 2; life++) {
      await queue.start(scene.listener, kinds)
      await expectClaims(scene, [0, 100])
      await queue.stop()
      await queue.stop()
    }
  },

  async 'wakes for a transaction when it is committed, and not at all when it is rolled back, if it is transactional'(
    scene,
  ) {
    const { queue, tasks, transaction } = scene
    if (!queue.isTransactional) return
    if (transaction === undefined)
      throw new QueueNotConformingError(queue.name, { expected: '`transaction` beside the queue', received: 'none' })
    await queue.start(scene.listener, kinds)
    await expectClaims(scene, [0])
    await sleep(100)
    const before = tasks.claims
    const rolledBack = transaction(async (open) => {
      await tasks.add(queue, [0, 50], open)
      await sleep(100)
      throw new RollBack()
    })
    await rolledBack.catch((error) => {
      if (!(error instanceof RollBack)) throw error
    })
    await sleep(300)
    expectEqual(queue, tasks.claims - before, 0, 'calls for a transaction that was rolled back')
    let committed: readonly WakeUp[] = []
    await transaction(async (open) => {
      committed = await tasks.add(queue, [300, 350], open)
      await sleep(200)
      expectEqual(queue, tasks.claims - before, 0, 'calls before the commit')
    })
    await expectInTime(scene, committed)
  },
}

class RollBack extends Error {}

/** Asks for wake-ups, and expects each task to be claimed in time. */
async function expectClaims(scene: Scene, delaysMs: readonly number[]): Promise<void> {
  await expectInTime(scene, await scene.tasks.add(scene.queue, delaysMs))
}

async function expectInTime({ queue, tasks, patienceMs }: Scene, wakeUps: readonly WakeUp[]): Promise<void> {
  const unclaimed = await tasks.unclaimed(wakeUps, patienceMs)
  if (unclaimed.length === 0) return
  throw new QueueNotConformingError(queue.name, {
    expected: `somebody to be woken within ${patienceMs} ms of the time of each task`,
    received: `nobody, for ${unclaimed.length} of ${wakeUps.length}`,
  })
}

function expectEqual({ name }: Queue, received: number, expected: number, what: string): void {
  if (received === expected) return
  throw new QueueNotConformingError(name, { expected: `${expected} ${what}`, received: String(received) })
}
