import { openTestTasker } from './open-test-tasker.js'
import type { TestTasker } from './test-tasker.js'
import type { TestTaskerConfig } from './test-tasker-config.js'

// A file of its own: its types name nothing of the kernel, which would bring the types of the ORM into every project that tests.

/**
 * Makes a running Tasker for a test.
 *
 * Other than `createTasker()` it takes nothing from environment variables, logs nothing, leaves packages alone, and keeps its data
 * in memory, in a schema of its own of one embedded server for the whole process; all of it only as long as the configuration does
 * not say otherwise. With `database.url` it makes a schema of its own on that server, and drops it at the end. Leases are 1 s, drains wait 1 s, metrics are stored once a day, and the main thread says that its worker lives.
 *
 * @throws ConfigurationInvalidError
 * @example
 * await using t = await createTestTasker({ handlers: [processOrder], clock: 'virtual', seed: 7 })
 * t.faults.failStep('charge', { times: 2 })
 * const run = await t.run(processOrder, { orderId: 1 })
 * run.steps.charge.attempts // 3
 */
export function createTestTasker(settings: TestTaskerConfig = {}): Promise<TestTasker> {
  return openTestTasker(settings)
}
