import { randomBytes, randomInt } from 'node:crypto'
import type { TaskerConfigInput } from '../config/config-schema.js'
import { resolveConfig } from '../config/resolve-config.js'
import { SystemClock } from '../kernel/system-clock.js'
import { openDatabase } from '../persistence/database.js'
import type { EmbeddedServer } from '../persistence/embedded/embedded-server.js'
import { FaultPlan } from './faults.js'
import { EventRecorder } from './recorded-events.js'
import { SeededIds, SeededRandom } from './seeded-chance.js'
import { joinSharedServer, leaveSharedServer } from './shared-server.js'
import { TestKernel } from './test-kernel.js'
import type { TestTasker } from './test-tasker.js'
import { TestTaskerInstance } from './test-tasker-instance.js'
import { VirtualClock } from './virtual-clock.js'

/** A configuration for tests: that of `defineConfig`, and what a test decides besides. */
export interface TestTaskerConfig extends TaskerConfigInput {
  /** `virtual` stands still until it is moved, and is where retries and time-outs cost no waiting. Default `virtual`. */
  readonly clock?: 'virtual' | 'system'
  /** Where ids and chance start from. Default: by chance, and the test kernel tells which, as `seed`. */
  readonly seed?: number
  /** What the virtual clock shows at first. Default 2026-01-01 in UTC, so that a run can be repeated. */
  readonly startAt?: Date | string
  /**
   * How long, in milliseconds of real time, nothing may happen while a handler runs until it counts as one that waits for virtual time to
   * pass. Default 100: enough for a handler that computes or asks a server nearby. Where handlers wait for nothing but the test
   * itself, 5 make it faster.
   */
  readonly handlerPatienceMs?: number
}

const defaultStart = '2026-01-01T00:00:00.000Z'
const defaultHandlerPatienceMs = 100

/**
 * Makes a running Tasker for a test.
 *
 * Other than `createTasker()` it takes nothing from environment variables, logs nothing, leaves packages alone, and keeps its data
 * in memory, in a schema of its own of one embedded server for the whole process; all of it only as long as the configuration does
 * not say otherwise. Leases are 1 s, drains wait 1 s, metrics are stored once a day, and the main thread says that its worker lives.
 *
 * @throws ConfigurationInvalidError
 * @example
 * await using t = await createTestTasker({ handlers: [processOrder], clock: 'virtual', seed: 7 })
 * t.faults.failStep('charge', { times: 2 })
 * const run = await t.run(processOrder, { orderId: 1 })
 * run.steps.charge.attempts // 3
 */
export async function createTestTasker(settings: TestTaskerConfig = {}): Promise<TestTasker> {
  const { clock: kind = 'virtual', seed = randomInt(2 ** 31), startAt = defaultStart, ...others } = settings
  const { handlerPatienceMs = defaultHandlerPatienceMs, ...given } = others
  const path = given.database?.path ?? ':memory:'
  const server = given.database?.url === undefined && path === ':memory:' ? await joinSharedServer() : undefined
  try {
    const config = await resolveConfig(withTestDefaults(given, server), { environment: 'test', variables: {} })
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
      server: server?.connection,
      cleanUp: () => (server ? dropSchema(server, config.values.database.schema) : Promise.resolve()),
    }
    return new TestTaskerInstance(input, await TestKernel.boot(input))
  } catch (error) {
    if (server) await leaveSharedServer()
    throw error
  }
}

function withTestDefaults(given: TaskerConfigInput, server: EmbeddedServer | undefined): TaskerConfigInput {
  const own = { path: ':memory:', schema: `test_${randomBytes(6).toString('hex')}` }
  return {
    ...given,
    database: { ...(server ? own : {}), ...given.database },
    discovery: { packages: false, ...given.discovery },
    logging: { level: 'silent', ...given.logging },
    execution: { leaseMs: 1_000, heartbeatIntervalMs: 250, drainTimeoutMs: 1_000, ...given.execution },
    metrics: { snapshotIntervalMs: 86_400_000, ...given.metrics },
    log: { upkeep: false, ...given.log },
    worker: { heartbeatThread: false, ...given.worker },
  }
}

async function dropSchema({ connection }: EmbeddedServer, schema: string): Promise<void> {
  const database = await openDatabase({ connection, schema, poolSize: 2 })
  await database.query(`drop schema if exists "${schema}" cascade`)
  await database.close()
  await leaveSharedServer()
}
