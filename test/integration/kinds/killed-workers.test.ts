import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTasker, type Tasker, type TaskView } from '../../../core/index.js'
import { sharedTasks } from '../../fixtures/processes/shared-tasks.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'
import { WorkingProcess } from '../../support/working-process.js'

const taskCount = 8
const deaths = 4

describe('Tasks with children, lists and decisions', function () {
  this.timeout(120_000)
  let schema: TestSchema
  let folder: string
  let workers: WorkingProcess[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kinds-'))
    schema = await openTestSchema()
    workers = []
  })
  afterEach(async () => {
    for (const worker of workers) await worker.kill()
    await schema.close()
    await rm(folder, { recursive: true, force: true })
  })

  const start = async (): Promise<WorkingProcess> => {
    const worker = await WorkingProcess.start({ ...schema.environment, TEST_FOLDER: folder })
    workers.push(worker)
    return worker
  }

  it('end well although their workers are killed at any moment, and have one child each', async () => {
    const isFleet = schema.database !== undefined
    for (let count = isFleet ? 3 : 1; count > 0; count--) await start()
    const ids: string[] = []
    for (let index = 0; index < taskCount; index++) ids.push(await workers[index % workers.length]!.create('composed'))
    for (let death = 0; death < deaths; death++) {
      await sleep(60 + Math.random() * 200)
      const victim = workers.splice(Math.floor(Math.random() * workers.length), 1)[0]!
      await victim.kill()
      await start()
    }
    // An embedded database has one worker at a time: the last one is the test itself.
    if (!isFleet) await workers[0]!.kill()
    await using reader = await openReader()
    if (!isFleet) await reader.start()
    for (const id of ids) {
      const { state, error, steps } = await ended(reader, id)
      assert.equal(state, 'complete', JSON.stringify(error))
      const byName = new Map(steps.map((step) => [step.name, step]))
      assert.deepEqual(byName.get('report')?.results, {
        ship: { pack: 'box', send: 'sent box' },
        notify: [50, 400, 100, 300, 200, 150],
        praise: 'well done',
      })
      assert.equal(byName.get('blame')?.resolvedHow, 'unchosen')
    }
    assert.equal((await reader.tasks.list({ name: 'parcel' })).items.length, taskCount)
    assert.deepEqual((await reader.verify()).differences, [])
    await assertNothingRanTwice(reader, ids)
  })

  /** A step that was lost three times is left to a person, who has it tried again. */
  async function ended(reader: Tasker, id: string): Promise<TaskView> {
    const task = await reader.tasks.wait(id, { timeoutMs: 60_000 })
    if (task.state !== 'error') return task
    for (const { state, error, ownerLosses } of task.steps) {
      const isLost = error?.code === 'OWNER_LOST' && ownerLosses >= 3
      assert.ok(state !== 'error' || isLost || error?.code === 'CHILD_FAILED' || error?.code === 'ELEMENTS_FAILED')
    }
    const child = task.steps.find(({ error }) => error?.code === 'CHILD_FAILED')?.childTaskId
    await reader.tasks.retry(child ?? id, { reason: 'nobody kills workers any more' })
    while ((await reader.tasks.get(id))?.state === 'error') await sleep(50)
    return ended(reader, id)
  }

  async function openReader(): Promise<Tasker> {
    const { composed, parcel } = sharedTasks()
    return createTasker({
      database: schema.database ?? { path: folder },
      handlers: [composed, parcel],
      logging: { level: 'silent' },
      discovery: { packages: false },
    })
  }

  /** What was committed as complete is not admitted again, and each attempt is one more than the one before. */
  async function assertNothingRanTwice(reader: Tasker, ids: readonly string[]): Promise<void> {
    for (const taskId of ids) {
      const attempts = new Map<string, number>()
      const done = new Set<string>()
      for await (const { name, payload } of reader.log.tail({ taskId })) {
        const { stepName, attempt } = payload as { stepName: string; attempt: number }
        if (name === 'step.completed') done.add(stepName)
        if (name !== 'step.execution_requested') continue
        assert.ok(!done.has(stepName), `${stepName} of ${taskId} ran again`)
        assert.equal(attempt, (attempts.get(stepName) ?? 0) + 1)
        attempts.set(stepName, attempt)
      }
    }
  }
})
