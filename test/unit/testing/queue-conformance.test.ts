import assert from 'node:assert/strict'
import type { Queue, Transaction, WakeListener, WakeUp } from '../../../core/index.js'
import { SystemClock } from '../../../core/kernel/system-clock.js'
import { MemoryQueue } from '../../../core/orchestration/memory-queue.js'
import { queueConformance } from '../../../core/testing/index.js'

/** As somebody would write a queue who knows nothing of ours: a timer for each wake-up, one call after the other. */
class TimerQueue implements Queue {
  readonly name = 'timers'
  readonly isTransactional: boolean = false
  readonly timers = new Set<NodeJS.Timeout>()
  listener: WakeListener | undefined

  async wake(_transaction: Transaction | undefined, wakeUps: readonly WakeUp[]): Promise<void> {
    for (const { runAt } of wakeUps) this.set(Date.parse(runAt))
  }

  set(time: number): void {
    const fire = (): void => {
      this.timers.delete(timer)
      this.call()
    }
    const timer = setTimeout(fire, Math.max(0, time - Date.now()) + 1)
    this.timers.add(timer)
  }

  call(): void {
    this.listener?.().catch(() => undefined)
  }

  async start(listener: WakeListener): Promise<void> {
    this.listener = listener
  }

  async stop(): Promise<void> {
    this.listener = undefined
    for (const timer of this.timers) clearTimeout(timer)
  }
}

/** What adapters get wrong, and which case says so. */
const flaws: Readonly<Record<string, { readonly fails: RegExp; make(): Queue }>> = {
  'is too early': {
    fails: /due later/,
    make: () =>
      new (class extends TimerQueue {
        override set(time: number) {
          super.set(time - 600)
        }
      })(),
  },
  'forgets all but the first of a call': {
    fails: /keeps the times of a call apart/,
    make: () =>
      new (class extends TimerQueue {
        override wake(transaction: Transaction | undefined, wakeUps: readonly WakeUp[]) {
          return super.wake(transaction, wakeUps.slice(0, 1))
        }
      })(),
  },
  'refuses what is doubled': {
    fails: /doubled/,
    make: () =>
      new (class extends TimerQueue {
        override async wake(transaction: Transaction | undefined, wakeUps: readonly WakeUp[]) {
          if (new Set(wakeUps.map(({ taskId }) => taskId)).size < wakeUps.length) throw new Error('a duplicate key')
          return super.wake(transaction, wakeUps)
        }
      })(),
  },
  'takes no priority beyond two bytes': {
    fails: /any priority/,
    make: () =>
      new (class extends TimerQueue {
        override async wake(transaction: Transaction | undefined, wakeUps: readonly WakeUp[]) {
          if (wakeUps.some(({ priority = 0 }) => Math.abs(priority) > 32_767)) throw new Error('smallint out of range')
          return super.wake(transaction, wakeUps)
        }
      })(),
  },
  'ends with the first listener that rejects': {
    fails: /listener rejects/,
    make: () =>
      new (class extends TimerQueue {
        override call() {
          this.listener?.().catch(() => this.stop())
        }
      })(),
  },
  'drops what comes while a listener is busy': {
    fails: /listener is busy/,
    make: () =>
      new (class extends TimerQueue {
        isBusy = false
        override call() {
          if (this.isBusy) return
          this.isBusy = true
          this.listener?.()
            .catch(() => undefined)
            .finally(() => {
              this.isBusy = false
            })
        }
      })(),
  },
  'calls after it was stopped': {
    fails: /after stop\(\)/,
    make: () =>
      new (class extends TimerQueue {
        override async stop() {}
      })(),
  },
  'cannot be started again': {
    fails: /started again/,
    make: () =>
      new (class extends TimerQueue {
        lives = 0
        override async start(listener: WakeListener) {
          this.lives += 1
          if (this.lives === 1) await super.start(listener)
        }
      })(),
  },
  'does not wait for the commit': {
    fails: /transaction/,
    make: () =>
      new (class extends TimerQueue {
        override readonly isTransactional = true
      })(),
  },
}

const fast = { patienceMs: 400 }
const inNoDatabase = (work: (transaction: Transaction) => Promise<void>): Promise<void> =>
  work({ query: async () => [] })

describe('The conformance of queues', () => {
  describe('is met by the queue of one process, which', () => {
    for (const { name, run } of queueConformance({ create: async () => made(new MemoryQueue(new SystemClock())) }))
      it(name, run)
  })

  it('is met by a queue that somebody writes who knows nothing of ours', async () => {
    await Promise.all(queueConformance({ create: async () => made(new TimerQueue()), ...fast }).map(({ run }) => run()))
  })

  it('is not met by queues with a flaw, each of which is found by the case that is about it', async () => {
    const found = await Promise.all(Object.keys(flaws).map(findFlaw))
    assert.deepEqual(found, Object.keys(flaws))
  })
})

async function findFlaw(flaw: string): Promise<string | undefined> {
  const { fails, make } = flaws[flaw]!
  const cases = queueConformance({ create: async () => ({ ...made(make()), transaction: inNoDatabase }), ...fast })
  const failure = await cases
    .find(({ name }) => fails.test(name))!
    .run()
    .then(
      () => undefined,
      (error: Error) => error,
    )
  return failure && flaw
}

function made(queue: Queue) {
  return { queue, close: async () => undefined }
}
