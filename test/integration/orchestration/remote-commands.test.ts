import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { createTasker, type Tasker, type TaskerError } from '../../../core/index.js'
import { sharedTasks } from '../../fixtures/processes/shared-tasks.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { runSql } from '../../support/run-sql.js'
import { endConnectionsSql, openTestSchema, type TestSchema } from '../../support/test-schema.js'
import { WorkingProcess } from '../../support/working-process.js'

const tasks = sharedTasks()
const actor = { id: 'ada', kind: 'person' } as const

describe('A person in another process than the worker', function () {
  this.timeout(60_000)
  let folder: string
  let schema: TestSchema
  let worker: WorkingProcess
  /** A kernel that does not work: `start()` is never called. */
  let remote: Tasker

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-'))
    schema = await openTestSchema()
    // Where words can be heard, the worker's own look would come a minute late.
    const pollMs = schema.database ? '60000' : '250'
    worker = await WorkingProcess.start({ ...schema.environment, TEST_FOLDER: folder, TEST_POLL_MS: pollMs })
    const database = schema.database ?? { path: folder }
    const logging = { level: 'silent' } as const
    remote = await createTasker(
      { database, handlers: Object.values(tasks), logging, discovery: { packages: false } },
      { attach: true },
    )
  })
  after(async () => {
    await remote?.stop()
    await worker?.kill()
    await schema.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('cancels a running task: the signal of its handler fires well within a second', async () => {
    const taskId = await worker.create('held')
    await worker.said('begun', taskId)
    const askedAt = Date.now()
    const view = await remote.tasks.cancel(taskId, { reason: 'changed my mind', actor })
    const tookMs = Date.now() - askedAt
    const { at } = await worker.said('aborted', taskId)
    assert.equal(view.state, 'cancelled')
    assert.ok(at! - askedAt < 750, `the signal fired after ${at! - askedAt} ms`)
    assert.ok(tookMs < 1_000, `the call returned after ${tookMs} ms`)
  })

  it('gets the answer of the owner as an error with its code, and its choices', async () => {
    const taskId = await worker.create('declined')
    assert.equal((await remote.tasks.wait(taskId, { timeoutMs: 10_000 })).state, 'error')
    const refused = (error: TaskerError) => error.code === 'COMMAND_REFUSED' && error.message.includes('not skippable')
    await assert.rejects(remote.steps.skip({ task: taskId, step: 'ship' }), refused)
    await assert.rejects(remote.tasks.cancel('00000000-0000-7000-8000-000000000000'), { code: 'TASK_NOT_FOUND' })
    assert.equal((await remote.tasks.cancel(taskId)).state, 'cancelled')
    await assert.rejects(remote.tasks.cancel(taskId), { code: 'ILLEGAL_TRANSITION' })
  })

  it('hears the answer without looking for it, where words can be heard', async function () {
    if (!schema.database) this.skip()
    const tookMs: number[] = []
    for (let round = 0; round < 3; round++) {
      const taskId = await worker.create('held')
      await worker.said('begun', taskId)
      const askedAt = performance.now()
      await remote.tasks.cancel(taskId, { actor })
      tookMs.push(performance.now() - askedAt)
    }
    // Who waits for an answer that will be announced looks for the first time after 500 ms.
    assert.ok(Math.min(...tookMs) < 400, `${tookMs.map(Math.round)} ms`)
  })

  it('hears of the end of a task that it waits for, while others end without a word', async function () {
    if (!schema.database) this.skip()
    const heard = await wordsTo(remote, async () => {
      const [taskId] = [await worker.create('slow'), await worker.create('brief')]
      await worker.said('begun', taskId)
      await remote.tasks.wait(taskId, { timeoutMs: 10_000 })
      const latenessMs = Date.now() - (await worker.said('ran', taskId)).at!
      // Besides, a task whose owner will tell is looked at once a second.
      assert.ok(latenessMs < 350, `${Math.round(latenessMs)} ms after its end`)
    })
    assert.deepEqual(heard, ['look'])
  })

  it('pauses a namespace and resumes it: the worker hears of both, and begins nothing in between', async () => {
    const by = { reason: 'a test', actor }
    const taskId = await worker.create('twofold')
    await worker.said('begun', taskId)
    await remote.namespaces.pause('twofold', by)
    const isParked = async () => (await remote.tasks.get(taskId))!.parked === 'paused'
    while (!(await isParked())) await sleep(20)
    await worker.said('first', taskId)
    const later = await worker.create('twofold')
    while (!((await remote.tasks.get(later))!.parked === 'paused')) await sleep(20)
    assert.deepEqual([worker.lines('second'), worker.lines('begun').some((line) => line.taskId === later)], [[], false])
    await remote.namespaces.resume('twofold', by)
    await worker.said('second', taskId)
    await worker.said('begun', later)
    for (const id of [taskId, later]) assert.equal((await remote.tasks.wait(id)).state, 'complete')
    const { differences, stuck } = await remote.verify({ filter: { taskId } })
    assert.deepEqual([differences, stuck], [[], []])
  })

  it('goes on waiting, and is answered, when the connection that listens was cut', async function () {
    if (!schema.database) this.skip()
    const taskId = await worker.create('held')
    await worker.said('begun', taskId)
    const waiting = remote.tasks.wait(taskId, { timeoutMs: 20_000 })
    await sleep(50)
    const cut = await runSql(remote.database, `${endConnectionsSql} and query ~ '^(un)?listen'`)
    assert.ok(cut.length >= 2, 'the worker listens, and so does who waits')
    const askedAt = Date.now()
    await remote.tasks.cancel(taskId, { actor })
    const { at } = await worker.said('aborted', taskId)
    assert.ok(at! - askedAt < 5_000, `the signal fired after ${at! - askedAt} ms`)
    assert.equal((await waiting).state, 'cancelled')
  })
})

/** The kinds of letters that a kernel receives meanwhile. */
async function wordsTo({ workerId }: Tasker, work: () => Promise<void>): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: testDatabaseUrl() })
  await client.connect()
  const heard: string[] = []
  client.on('notification', ({ payload }) => heard.push(JSON.parse(payload!).kind))
  await client.query(`listen "tasker:${workerId}"`)
  try {
    await work()
    // What was sent before has arrived by the answer.
    await client.query('select 1')
  } finally {
    await client.end()
  }
  return heard
}
