import type { ConfigValues, DefinedTask } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { openTestTasker } from '../../support/test-tasker.js'

type Backoff = ConfigValues['backoff']

/** A running kernel under one of the two clocks. */
export interface Scene {
  readonly tasker: TestTasker
  readonly isVirtual: boolean
  readonly backoff: Backoff
  /** Where the chance of the kernel starts from. */
  readonly seed: number
  /** Lets the kernel go on until a task has ended, its time-outs included; in real time it just waits. */
  finish(taskId: string): Promise<void>
}

const clocks = ['virtual', 'system'] as const
const seed = 20_260_301

/** As configured by default, and so short that one can wait for it. The formula is the same. */
const backoffs: Readonly<Record<(typeof clocks)[number], Backoff>> = {
  virtual: { delaysMs: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000], maxMs: 300_000, jitter: 0.1 },
  system: { delaysMs: [20, 30, 40], maxMs: 60, jitter: 0.1 },
}

/**
 * Declares the same tests twice: under the virtual clock, where hours cost nothing and times are exact, and in real time. All of them
 * on the database of the run: the embedded one, or a server.
 */
export function onBothClocks(
  title: string,
  handlers: readonly DefinedTask[] | ((isVirtual: boolean) => readonly DefinedTask[]),
  declare: (scene: Scene) => void,
): void {
  for (const clock of clocks) {
    describe(`${title}, ${clock === 'virtual' ? 'under the virtual clock' : 'in real time'}`, () => {
      const isVirtual = clock === 'virtual'
      let tasker: TestTasker
      before(async () => {
        tasker = await openTestTasker({
          handlers: [...(typeof handlers === 'function' ? handlers(isVirtual) : handlers)],
          clock,
          seed,
          // What is due is found by its wake-up, and not by looking again and again.
          ...(isVirtual
            ? { execution: { pollIntervalMs: 60_000, sweepIntervalMs: 60_000 }, handlerPatienceMs: 20 }
            : {}),
          backoff: { ...backoffs[clock], delaysMs: [...backoffs[clock].delaysMs] },
        })
      })
      after(() => tasker.stop())
      declare({
        get tasker() {
          return tasker
        },
        isVirtual,
        backoff: backoffs[clock],
        seed,
        finish: (taskId) => finish(tasker, taskId, isVirtual),
      })
    })
  }
}

async function finish(tasker: TestTasker, taskId: string, isVirtual: boolean): Promise<void> {
  const ended = tasker.tasks.wait(taskId, { timeoutMs: 10_000 })
  let isOver = false
  const end = () => {
    isOver = true
  }
  ended.then(end, end)
  while (isVirtual && !isOver) await tasker.clock.advance('10s')
  await ended
}
