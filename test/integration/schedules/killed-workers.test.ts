import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTasker, type Tasker } from '../../../core/index.js'
import { sharedTasks } from '../../fixtures/processes/shared-tasks.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'
import { WorkingProcess } from '../../support/working-process.js'

const everyMs = 1_000
/** How long each worker is let live, in milliseconds: not in step with the schedule. */
const lives = [1_730, 1_210, 2_090]

describe('Workers that are killed while a schedule is due', function () {
  this.timeout(120_000)
  let folder: string
  let schema: TestSchema
  let environment: Readonly<Record<string, string>>
  const workers = new Set<WorkingProcess>()

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'schedules-'))
    schema = await openTestSchema()
    environment = { ...schema.environment, TEST_FOLDER: join(folder, 'db') }
  })
  afterEach(async () => {
    await Promise.all([...workers].map((worker) => worker.kill()))
    await schema.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function withTasker<T>(work: (tasker: Tasker) => Promise<T>): Promise<T> {
    const database = schema.database ?? { path: join(folder, 'db') }
    const handlers = Object.values(sharedTasks(() => undefined))
    const tasker = await createTasker({
      database,
      handlers,
      discovery: { packages: false },
      logging: { level: 'silent' },
    })
    try {
      return await work(tasker)
    } finally {
      await tasker.stop()
    }
  }

  async function start(): Promise<WorkingProcess> {
    const worker = await WorkingProcess.start(environment)
    workers.add(worker)
    return worker
  }

  it('leave exactly one task for each of its times', async () => {
    const created = await withTasker((tasker) =>
      tasker.schedules.create({ name: 'often', everyMs, task: 'shared/brief', catchUp: 'all', catchUpLimit: 1000 }),
    )
    // On a server another one goes on meanwhile.
    if (schema.database !== undefined) await start()
    for (const lifeMs of lives) {
      const worker = await start()
      await sleep(lifeMs)
      await worker.kill()
    }
    const last = await start()
    await sleep(everyMs)
    await last.stop()
    for (const worker of workers) if (worker.process.exitCode === null) await worker.kill()
    const { times, lastAt } = await withTasker(async (tasker) => {
      const { items } = await tasker.tasks.list({}, { limit: 1000 })
      const tagged = items.map(({ tags }) => tags.find((tag) => tag.startsWith('scheduled:'))!)
      return { times: tagged.sort(), lastAt: (await tasker.schedules.get('often'))!.lastAt! }
    })
    const first = Date.parse(created.nextAt!)
    const count = (Date.parse(lastAt) - first) / everyMs + 1
    assert.ok(count > lives.length, `${count} times`)
    const expected = Array.from({ length: count }, (_, index) => new Date(first + index * everyMs).toISOString())
    // One more may be there, whose progress was not stored any more when its worker was killed.
    const next = `scheduled:${new Date(first + count * everyMs).toISOString()}`
    assert.deepEqual(
      times.filter((time) => time !== next),
      expected.map((time) => `scheduled:${time}`),
    )
    assert.ok(times.filter((time) => time === next).length <= 1)
  })
})
