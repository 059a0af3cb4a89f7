import { randomInt } from 'node:crypto'
import type { TaskerConfigInput } from '../config/config-input.js'
import { resolveConfig } from '../config/resolve-config.js'
import { SystemClock } from '../kernel/system-clock.js'
import { FaultPlan } from './faults.js'
import { EventRecorder } from './recorded-events.js'
import { SeededIds, SeededRandom } from './seeded-chance.js'
import { TestKernel } from './test-kernel.js'
import { findTestPlace, type TestPlace } from './test-place.js'
import type { TestTaskerConfig } from './test-tasker-config.js'
import { TestTaskerInstance } from './test-tasker-instance.js'
import { VirtualClock } from './virtual-clock.js'

const defaultStart = '2026-01-01T00:00:00.000Z'
const defaultHandlerPatienceMs = 100

/** What `createTestTasker` makes, with what only this room may use of it. */
export async function openTestTasker(settings: TestTaskerConfig): Promise<TestTaskerInstance> {
  const { clock: kind = 'virtual', seed = randomInt(2 ** 31), startAt = defaultStart, ...others } = settings
  const { handlerPatienceMs = defaultHandlerPatienceMs, ...given } = others
  const place = await findTestPlace(given.database)
  try {
    const config = await resolveConfig(withTestDefaults(given, place), { environment: 'test', variables: {} })
    const clock = kind === 'virtual' ? new VirtualClock(new Date(startAt).getTime()) : new SystemClock()
    const input = {
      config,
      clock,
      seed,
      handlerPatienceMs,
      ids: new SeededIds(() => clock.now(), seed),
      random: new SeededRandom(seed),
      faults: new FaultPlan(),
      recorder: new EventRecorder(),
      server: place.server,
      cleanUp: () => place.leave(),
    }
    return new TestTaskerInstance(input, await TestKernel.boot(input))
  } catch (error) {
    await place.leave()
    throw error
  }
}

function withTestDefaults(given: TaskerConfigInput, { database }: TestPlace): TaskerConfigInput {
  return {
    ...given,
    database,
    discovery: { packages: false, ...given.discovery },
    logging: { level: 'silent', ...given.logging },
    // A test is the place to see that a plugin fails.
    boot: { requiredPlugins: true, ...given.boot },
    execution: { leaseMs: 1_000, heartbeatIntervalMs: 250, drainTimeoutMs: 1_000, ...given.execution },
    metrics: { snapshotIntervalMs: 86_400_000, ...given.metrics },
    log: { upkeep: false, ...given.log },
    worker: { heartbeatThread: false, ...given.worker },
  }
}
