import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createTasker, type Tasker } from '../../../core/index.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'

const program = fileURLToPath(new URL('../../fixtures/orchestration/worker-process.js', import.meta.url))
const taskCount = 6

describe('A worker that is killed', function () {
  this.timeout(120_000)
  let folder: string
  let schema: TestSchema

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kill-'))
    schema = await openTestSchema()
  })

  afterEach(async () => {
    await schema.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('at any moment leaves tasks that the next run finishes, without running a completed step again', async () => {
    // Each run is let go a little further than the one before, from its first lines to the middle of its work.
    // Twice within steps: a third loss of the same attempt would end it in error, as the next test shows.
    for (const lines of [1, 3, 6]) await killAfter(await startWorker(), lines)
    await ended(await startWorker())
    await assertSoundLog()
    const charges = await readdir(join(folder, 'charges'))
    assert.equal(charges.length, taskCount, 'one charge for each order, however often its step was tried')
  })

  it('three times in the same step ends that step in error instead of going on for ever', async () => {
    for (let death = 0; death < 3; death++) await killAfter(await startWorker(1), Number.POSITIVE_INFINITY, /^calling/)
    await ended(await startWorker(1))
    await withTasker(async (tasker) => {
      const [task] = (await tasker.tasks.list()).items
      const view = await tasker.tasks.get(task!)
      const step = view!.steps.find(({ name }) => name === 'charge')!
      assert.equal(view!.state, 'error')
      assert.deepEqual([step.state, step.error?.code, step.attempts, step.ownerLosses], ['error', 'OWNER_LOST', 3, 3])
    })
  })

  async function startWorker(tasks = taskCount): Promise<ChildProcess> {
    const env = { ...process.env, ...schema.environment }
    return spawn(process.execPath, [program, folder, String(tasks)], { stdio: ['ignore', 'pipe', 'inherit'], env })
  }

  /** Reads lines of the worker until so many, or one that matches, have come, then kills it without warning. */
  async function killAfter(child: ChildProcess, lines: number, pattern = /^$/): Promise<void> {
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    let seen = 0
    for await (const line of createInterface({ input: child.stdout! })) {
      seen += 1
      if (seen >= lines || pattern.test(line)) break
    }
    child.kill('SIGKILL')
    await exited
  }

  async function ended(child: ChildProcess): Promise<void> {
    const output: string[] = []
    child.stdout!.on('data', (chunk) => output.push(String(chunk)))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    assert.equal(code, 0, output.join(''))
  }

  async function withTasker(look: (tasker: Tasker) => Promise<void>): Promise<void> {
    const database = schema.database ?? { path: join(folder, 'db') }
    await using tasker = await createTasker(
      { database, logging: { level: 'silent' }, discovery: { packages: false } },
      { cwd: folder },
    )
    await look(tasker)
  }

  /** All tasks are complete, the entries of each are numbered without gaps, and no step was admitted after it completed. */
  async function assertSoundLog(): Promise<void> {
    await withTasker(async (tasker) => {
      const tasks = await tasker.tasks.list()
      assert.equal(tasks.items.length, taskCount)
      for (const { id } of tasks.items) {
        const view = await tasker.tasks.get(id)
        assert.equal(view!.state, 'complete')
        const completed = new Set<string>()
        let attempts = 0
        for await (const { name, stepId } of tasker.log.tail({ taskId: id })) {
          if (name === 'step.execution_requested') {
            attempts += 1
            assert.ok(!completed.has(stepId!), 'a completed step was admitted again')
          }
          if (name !== 'step.completed') continue
          assert.ok(!completed.has(stepId!), 'a step completed twice')
          completed.add(stepId!)
        }
        assert.equal(completed.size, 3)
        assert.equal(
          attempts,
          view!.steps.reduce((sum, step) => sum + step.attempts, 0),
          'every attempt is accounted for in the log',
        )
      }
    })
  }
})
