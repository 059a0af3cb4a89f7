import assert from 'node:assert/strict'
import { createTasker, defineTask, type Tasker } from '../../../core/index.js'
import { FaultProxy, isStatement } from '../../support/fault-proxy.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'
import type { WireMessage } from '../../support/wire-messages.js'

describe('A worker whose commit is answered late', function () {
  this.timeout(30_000)
  const calls: string[] = []
  const taskers: Tasker[] = []
  let schema: TestSchema
  let proxy: FaultProxy

  before(async function () {
    schema = await openTestSchema()
    // An embedded database has one worker: nobody could take over.
    if (schema.database === undefined) this.skip()
    proxy = await FaultProxy.inFrontOf(schema.database.url)
  })

  after(async () => {
    await proxy?.heal()
    for (const tasker of taskers) await tasker.stop()
    await proxy?.stop()
    await schema?.close()
  })

  it('does not call a handler that another worker has called meanwhile', async () => {
    const first = await openWorker('first', proxy.url)
    const second = await openWorker('second', schema.database!.url)
    const stalled = proxy.when({
      direction: 'toServer',
      matches: endOfStatement('commit_'),
      action: 'stall',
      isForwarded: true,
    })
    const { id } = await second.tasks.create(jobOf('second'))
    await first.start()
    await stalled
    proxy.stall()
    await second.start()
    const task = await second.tasks.wait(id, { timeoutMs: 20_000 })
    assert.equal(task.state, 'complete')
    assert.equal(task.steps[0]!.attempts, 2, 'the first worker had the step admitted')
    await proxy.heal()
    // It hears of its admission now; that it lost the task it learns by asking.
    await first.tasks.create(jobOf('first')).then((other) => first.tasks.wait(other, { timeoutMs: 20_000 }))
    assert.deepEqual(
      calls.filter((call) => call.endsWith(id)),
      [`second ${id}`],
    )
  })

  function jobOf(worker: string) {
    return defineTask({ name: 'job' }).step('work', ({ taskId }) => void calls.push(`${worker} ${taskId}`))
  }

  async function openWorker(name: string, url: string): Promise<Tasker> {
    const tasker = await createTasker({
      database: { url, schema: schema.database!.schema },
      handlers: [jobOf(name)],
      logging: { level: 'silent' },
      discovery: { packages: false },
      execution: { leaseMs: 1000, heartbeatIntervalMs: 200, sweepIntervalMs: 500 },
    })
    taskers.push(tasker)
    return tasker
  }
})

/** The message by which a client has a statement with this text carried out. */
function endOfStatement(text: string): (message: WireMessage) => boolean {
  let isUnderWay = false
  return (message) => {
    isUnderWay ||= isStatement(text)(message)
    return isUnderWay && message.type === 'S'
  }
}
