import type { VerifyReport } from '../../../core/contracts/verification.js'
import type { TaskerEvent } from '../../../core/events/envelope.js'
import type { TestTasker } from '../../../core/testing/index.js'

/** What was heard in one scenario, and what the log said afterwards. */
export interface Observation {
  readonly scenario: string
  readonly heard: readonly TaskerEvent<string>[]
  readonly log: readonly TaskerEvent<string>[]
  readonly verified: VerifyReport
}

/** Reads the log of a kernel that is at rest. */
export async function observe(scenario: string, t: TestTasker): Promise<Observation> {
  return { scenario, heard: t.events.all(), log: await readLog(t), verified: await t.verify({ graceMs: 0 }) }
}

export async function readLog(t: TestTasker): Promise<TaskerEvent<string>[]> {
  const log: TaskerEvent<string>[] = []
  for await (const event of t.log.tail()) log.push(event)
  return log
}

/** Looks again and again until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`nothing came of ${condition.toString()} within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
