import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createTasker, type DefinedTask, type Tasker, type TaskerConfigInput } from '../../../core/index.js'
import { type Database, openDatabase } from '../../../core/persistence/database.js'
import { FaultProxy } from '../../support/fault-proxy.js'
import { RecordedLog } from '../../support/recorded-log.js'

/** How long a statement of a proxied worker may take, in milliseconds. */
export const queryTimeoutMs = 1_000

/** A kernel that reaches its database through a proxy, and a look at that database that does not. */
export interface ProxiedWorker extends AsyncDisposable {
  readonly tasker: Tasker
  readonly proxy: FaultProxy
  readonly log: RecordedLog
  readonly observer: Database
}

/** Starts one in a schema of its own on the server of a URL. */
export async function startProxiedWorker(
  url: string,
  handlers: readonly DefinedTask[],
  config: TaskerConfigInput = {},
): Promise<ProxiedWorker> {
  const schema = `test_${randomBytes(6).toString('hex')}`
  const proxy = await FaultProxy.inFrontOf(url)
  const log = new RecordedLog()
  const tasker = await createTasker(
    {
      ...config,
      database: { url: proxy.url, schema, queryTimeoutMs, connectTimeoutMs: 1_000, ...config.database },
      discovery: { packages: false },
      handlers,
      execution: { drainTimeoutMs: 500, timeoutGraceMs: 100, ...config.execution },
    },
    { logger: log, environment: 'test' },
  )
  const observer = await openDatabase({ connection: { url }, schema, poolSize: 2 })
  await tasker.start()
  return {
    tasker,
    proxy,
    log,
    observer,
    async [Symbol.asyncDispose]() {
      await proxy.heal()
      await tasker.stop()
      await proxy.stop()
      await observer.query(`drop schema "${schema}" cascade`)
      await observer.close()
    },
  }
}

/** All ended well, each step was tried once, and the log has no gaps. */
export async function assertRanOnce({ tasker, observer }: ProxiedWorker, taskIds: readonly string[]): Promise<void> {
  for (const id of taskIds) {
    const task = await tasker.tasks.wait(id, { timeoutMs: 20_000 })
    assert.equal(task.state, 'complete')
    for (const step of task.steps) assert.equal(step.attempts, 1, step.name)
  }
  const gaps = await observer.query(
    `select task_id from ${observer.table('event_log')} where task_id is not null
     group by task_id having count(*) <> max(entry) or count(distinct entry) <> count(*)`,
  )
  assert.deepEqual(gaps, [])
}

/** Waits until something holds, at most so long. */
export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${holds} did not come true within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
