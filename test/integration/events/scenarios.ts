import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Actor,
  defineEvent,
  defineExporter,
  definePlugin,
  defineSubscriber,
  defineTask,
  PermanentError,
} from '../../../core/index.js'
import type { TestTasker, TestTaskerConfig } from '../../../core/testing/index.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { type Observation, observe, readLog, until } from './observation.js'

const anna: Actor = { id: 'anna', kind: 'person', name: 'Anna' }
const byAnna = { actor: anna, reason: 'the customer called' }
const shipped = defineEvent('order.shipped', { type: 'object', required: ['to'] }, { durable: true })

const order = defineTask({ name: 'order', customEvents: [shipped] })
  .step('load', async ({ progress }) => {
    progress(0.5, 'half of it')
    return { total: 99.9 }
  })
  .step('charge', { dependsOn: ['load'], retry: { limit: 2 } }, async ({ results }) => results.load.total)
  .step('ship', { dependsOn: ['charge'], retry: { limit: 3 } }, async ({ attempt, publish, publishNow }) => {
    publish(shipped, { to: `attempt ${attempt}` })
    if (attempt === 1) throw new Error('the van broke down')
    publishNow(shipped, { to: 'the screen' })
  })

const fragile = defineTask({ name: 'fragile' })
  .step('try', { skippable: true }, async ({ attempt }) => {
    if (attempt === 1) throw new PermanentError('no such order')
    return 'at last'
  })
  .step('then', { dependsOn: ['try'] }, async () => 'done')

const optional = defineTask({ name: 'optional' })
  .step('greet', { skippable: true }, async () => 'hello')
  .step('ask', { skippable: true, onFailure: 'skip' }, async () => {
    throw new PermanentError('no answer')
  })
  .step('leave', { dependsOn: ['greet', 'ask'] }, async () => 'goodbye')

const patient = defineTask({ name: 'patient' })
  .step(
    'wait',
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  )
  .step('after', { dependsOn: ['wait'] }, async () => null)

const unstorable = defineTask({ name: 'unstorable' }).step('count', async () => ({ total: 10n }))

const lines = defineExporter({
  name: 'lines',
  formats: ['lines'],
  contentType: 'text/plain',
  fileExtension: 'txt',
  async *export(records) {
    for await (const record of records) yield `${record.id}\n`
  },
})

const broken = defineExporter({ ...lines, name: 'broken', formats: ['broken'], export: failingExport })

async function* failingExport(): AsyncGenerator<string> {
  yield 'a beginning'
  throw new Error('the disk is full')
}

type Scenario = (t: TestTasker) => Promise<void>

/** What people do, and what goes wrong, by name. Each has a kernel and a database of its own. */
const scenarios: Readonly<Record<string, Scenario>> = {
  'success, with progress, a retry and custom events': async (t) => {
    t.faults.failStep('charge')
    const { state } = await t.run(order)
    assert.equal(state, 'complete')
  },

  'a failure for good that blocks others': async (t) => {
    const { state } = await t.run(fragile)
    assert.equal(state, 'error')
  },

  'attempts that run out': async (t) => {
    t.faults.failStep('charge', { times: 2 })
    const { state } = await t.run(order)
    assert.equal(state, 'error')
  },

  'a cancel while a step runs': async (t) => {
    const task = await t.tasks.create(patient)
    await until(() => t.events.of('step.handle').length > 0)
    await t.tasks.cancel(task, byAnna)
  },

  'a cancel while a step waits for its retry': async (t) => {
    t.faults.failStep('charge')
    const task = await t.tasks.create(order)
    await until(() => t.events.of('workflow.task_reenqueue_delayed').length > 0)
    await t.tasks.cancel(task, byAnna)
  },

  'a cancel of one step, which ends the task in error': async (t) => {
    const task = await t.tasks.create(patient)
    await until(() => t.events.of('step.handle').length > 0)
    await t.steps.cancel({ task, step: 'wait' }, byAnna)
    await t.tasks.wait(task)
  },

  'a step resolved by a person, and the task goes on': async (t) => {
    const { task } = await t.run(fragile)
    await t.steps.resolve({ task, step: 'try' }, { ...byAnna, results: 'found by hand' })
    await t.tasks.wait(task)
  },

  'a task resolved by a person': async (t) => {
    const { task } = await t.run(fragile)
    await t.tasks.resolve(task, byAnna)
  },

  'steps skipped: by a person, by request, by their definition': async (t) => {
    const { task } = await t.run(fragile)
    await t.steps.skip({ task, step: 'try' }, byAnna)
    await t.tasks.wait(task)
    await t.run(optional, undefined, { bypassSteps: ['greet'] })
  },

  'a retry by a person': async (t) => {
    const { task } = await t.run(fragile)
    await t.tasks.retry(task, byAnna)
    const after = await t.tasks.wait(task)
    assert.equal(after.state, 'complete')
  },

  'a step retried by a person, with a new key': async (t) => {
    const { task } = await t.run(fragile)
    await t.steps.retry({ task, step: 'try' }, { ...byAnna, newKey: true })
    await t.tasks.wait(task)
  },

  'a task for later, which goes through the queue': async (t) => {
    await t.run(optional, undefined, { runAt: new Date(t.clock.now() + 3_600_000), priority: 5 })
  },

  'a task without a handler, which is parked': async (t) => {
    const run = await t.run(defineTask({ name: 'unknown' }).step('only', async () => null))
    assert.equal(run.task.parked, 'no_handler')
  },

  'exports, and exporters that join and leave': async (t) => {
    await t.run(fragile)
    t.exporters.register(broken)
    await t.exports.run({ source: 'tasks', format: 'lines' })
    await assert.rejects(t.exports.run({ source: 'tasks', format: 'broken' }), /the disk is full/)
    t.exporters.unregister('broken')
  },

  'registrations: refused, replaced, of a subscriber': async (t) => {
    assert.throws(() => t.exporters.register({ ...lines, name: '' }))
    t.exporters.register(lines, { replace: true })
    t.subscribers.register(defineSubscriber({ name: 'late', on: { 'task.*': () => {} } }))
    assert.throws(() => t.handlers.register(order))
  },

  'a snapshot of the metrics': async (t) => {
    await t.run(order)
    await t.clock.advance('30s')
    await until(() => t.events.of('export.cache_synced').length > 0)
  },

  'a queue that fails': async (t) => {
    t.faults.failStep('charge')
    t.faults.failQueue()
    const { state } = await t.run(order)
    assert.equal(state, 'complete')
  },

  'a worker that is lost while a step runs': async (t) => {
    t.faults.crashOn('step.handle')
    const { state } = await t.run(order)
    assert.equal(state, 'complete')
  },

  'a result that cannot be stored': async (t) => {
    const { state } = await t.run(unstorable)
    assert.equal(state, 'error')
  },
}

const config: TestTaskerConfig = {
  handlers: [order, fragile, optional, patient, unstorable],
  exporters: [lines],
  subscribers: [defineSubscriber({ name: 'listener', on: { 'task.completed': () => {} } })],
  plugins: [definePlugin({ name: 'bystander', version: '1.0.0', setup: () => {} })],
  metrics: { snapshotIntervalMs: 30_000 },
}

/** Runs all scenarios, one after the other. */
export async function observeAll(): Promise<Observation[]> {
  const observations: Observation[] = []
  for (const [name, play] of Object.entries(scenarios)) {
    await using t = await openTestTasker(config)
    await play(t)
    // A run ends after the commit that the caller waited for.
    await t.clock.advance(0)
    observations.push(await observe(name, t))
  }
  observations.push(await observeDrain())
  return observations
}

/** A worker that stops between two steps. Another one takes it up, and reads the log. */
async function observeDrain(): Promise<Observation> {
  const folder = await mkdtemp(join(tmpdir(), 'tasker-drain-'))
  const url = testDatabaseUrl()
  const place = url === undefined ? { path: join(folder, 'db') } : { url, schema: `test_drain_${process.pid}` }
  const open = () => openTestTasker({ handlers: [slow], database: place })
  const release = Promise.withResolvers<void>()
  const slow = defineTask({ name: 'slow' })
    .step('first', () => release.promise)
    .step('second', { dependsOn: ['first'] }, async () => null)
  const t = await open()
  await t.tasks.create(slow)
  await until(() => t.events.of('step.handle').length > 0)
  const stopped = t.stop()
  // What stops before the worker may take a moment, in which the second step would begin.
  setTimeout(release.resolve, 200)
  await stopped
  const reader = await open()
  await until(() => reader.events.of('task.completed').length > 0)
  const log = await readLog(reader)
  const verified = await reader.verify({ graceMs: 0 })
  await reader.stop()
  await rm(folder, { recursive: true, force: true })
  const heard = [...t.events.all(), ...reader.events.all().filter(({ taskId }) => taskId !== undefined)]
  return { scenario: 'a worker that stops with work left', heard, log, verified }
}
