import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTasker, type Tasker } from '../../../core/index.js'
import { sharedTasks } from '../../fixtures/processes/shared-tasks.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'
import { WorkingProcess } from '../../support/working-process.js'

describe('A schedule that another process than the worker makes', function () {
  this.timeout(120_000)
  let folder: string
  let schema: TestSchema
  let worker: WorkingProcess
  /** A kernel that does not work: `start()` is never called. */
  let remote: Tasker

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'schedules-'))
    schema = await openTestSchema()
    worker = await start()
    remote = await createTasker(
      {
        database: schema.database ?? { path: folder },
        handlers: Object.values(sharedTasks()),
        logging: { level: 'silent' },
        discovery: { packages: false },
      },
      { attach: true },
    )
  })
  after(async () => {
    await remote?.stop()
    await worker?.kill()
    await schema.close()
    await rm(folder, { recursive: true, force: true })
  })

  function start(): Promise<WorkingProcess> {
    return WorkingProcess.start({ ...schema.environment, TEST_FOLDER: folder })
  }

  it('begins within seconds, whether or not the database passes words on', async () => {
    const { nextAt } = await remote.schedules.create({ name: 'soon', everyMs: 1_000, task: 'shared/brief' })
    const { at } = await worker.said('ran')
    await remote.schedules.remove('soon')
    // Stuck tasks are looked for every 15 s.
    const lateMs = at! - Date.parse(nextAt!)
    assert.ok(lateMs < 4_000, `its first task ran ${lateMs} ms late`)
  })

  it('has a time wait until the task before has ended, whichever worker runs it, or is killed with it', async () => {
    // The embedded database has one worker at a time, and ends with it.
    const second = schema.database === undefined ? undefined : await start()
    await remote.schedules.create({ name: 'one', everyMs: 1_000, task: 'twofold/twofold', overlap: 'wait' })
    const ended = () => [...worker.lines('second'), ...(second?.lines('second') ?? [])].length
    while (ended() < 1) await sleep(50)
    const runsHere = worker.lines('begun').length > worker.lines('second').length
    if (second !== undefined) await (runsHere ? worker : second).kill()
    const before = ended()
    while (ended() < before + 2) await sleep(50)
    await remote.schedules.pause('one')
    const { items } = await remote.tasks.list({ name: 'twofold' }, { limit: 100 })
    const times = items.map(({ createdAt, completedAt }) => ({ createdAt, completedAt }))
    times.sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1))
    assert.ok(times.length >= 3, `${times.length} tasks`)
    for (const [index, { createdAt }] of times.entries()) {
      if (index === 0) continue
      const { completedAt } = times[index - 1]!
      assert.ok(completedAt !== null && completedAt <= createdAt, `two at once: ${JSON.stringify(times)}`)
    }
    await second?.kill()
  })
})
