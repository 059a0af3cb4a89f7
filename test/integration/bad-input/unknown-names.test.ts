import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createTasker, defineExporter, defineTask, type Tasker } from '../../../core/index.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { keepingLogger, rejection } from './bad-project.js'

const refund = defineTask({ namespace: 'payments', name: 'refund', version: '1.4.0' }).step('pay', async () => 1)
const breaking = defineExporter({
  name: 'breaking',
  formats: ['breaking'],
  contentType: 'text/plain',
  fileExtension: 'txt',
  async *export() {
    yield 'half of it'
    throw new Error('the printer is on fire')
  },
})

describe('A name that does not exist', () => {
  let project: ProjectOnDisk
  let tasker: Tasker

  before(async () => {
    project = await ProjectOnDisk.with({})
    const config = { database: { path: ':memory:' }, handlers: [refund], exporters: [breaking] }
    tasker = await createTasker(config, { cwd: project.directory, logger: keepingLogger() })
  })
  after(async () => {
    await tasker?.stop()
    await project[Symbol.asyncDispose]()
  })

  const cases: Readonly<Record<string, readonly [call: () => Promise<unknown>, code: string, says: RegExp]>> = {
    'of a namespace': [
      () => tasker.tasks.create({ namespace: 'payment', name: 'refund' }),
      'UNKNOWN_HANDLER',
      /there is no namespace "payment"\..*Did you mean "payments\.refund"\?/,
    ],
    'of a task': [
      () => tasker.tasks.create({ namespace: 'payments', name: 'refnd' }),
      'UNKNOWN_HANDLER',
      /namespace "payments" has no task "refnd"\..*Did you mean "refund"\?/,
    ],
    'of a version': [
      () => tasker.tasks.create({ namespace: 'payments', name: 'refund', version: '^2.0.0' }),
      'UNKNOWN_HANDLER',
      /no version of payments\.refund satisfies "\^2\.0\.0"\. Expected "1\.4\.0"\. Ask for a version that is there/,
    ],
    'of a task by its id': [() => tasker.tasks.cancel('4711'), 'TASK_NOT_FOUND', /no task 4711\. List the tasks/],
    'of a subscriber': [
      async () => tasker.subscribers.require('loging'),
      'ENTRY_NOT_FOUND',
      /No subscriber "loging".*Did you mean "logging"\?/,
    ],
    'of an event': [
      async () => tasker.events.on('task.complete' as never, () => {}),
      'UNKNOWN_EVENT',
      /no event "task\.complete".*Did you mean "task\.completed"\?.*`tasker events list`/,
    ],
    'of a custom event': [
      async () => tasker.events.publish('order.fulfilled', {}),
      'UNKNOWN_EVENT',
      /no event "order\.fulfilled".*Declare a custom event/,
    ],
    'of an export format': [
      () => tasker.exports.run({ source: 'tasks', format: 'jsno', output: project.path('tasks.json') }),
      'UNKNOWN_EXPORT_FORMAT',
      /No exporter serves the format "jsno"\. Expected one of .*"csv".*Did you mean "json"\?/,
    ],
    'of an export source': [
      () => tasker.exports.run({ source: 'task' as never, format: 'json', output: project.path('tasks.json') }),
      'UNKNOWN_EXPORT_SOURCE',
      /no export source "task".*Did you mean "tasks"\?/,
    ],
  }

  for (const [what, [call, code, says]] of Object.entries(cases)) {
    it(`${what} is answered with the choices, and nothing has happened`, async () => {
      const error = await rejection((async () => call())())
      assert.equal(error.code, code)
      assert.match(error.message, says)
      assert.equal((await tasker.tasks.list()).items.length, 0)
      assert.deepEqual(await readdir(project.directory), [])
    })
  }

  it('of a step is answered with the steps of the task', async () => {
    const task = await tasker.tasks.create(refund, { runAt: new Date(Date.now() + 3_600_000) })
    const error = await rejection(tasker.steps.skip({ task, step: 'pya' }))
    assert.equal(error.code, 'STEP_NOT_FOUND')
    assert.match(error.message, /payments\.refund@1\.4\.0 has no step "pya"\. Expected pay\. Did you mean "pay"\?/)
  })

  it('of a folder to export to is refused, and an export that breaks leaves no part of a file', async () => {
    const output = project.path('exports', 'tasks.json')
    const error = await rejection(tasker.exports.run({ source: 'tasks', format: 'json', output }))
    assert.equal(error.code, 'EXPORT_OUTPUT_UNUSABLE')
    assert.match(error.message, /there is no folder .*\/exports\. Create the folder first/)
    const torn = await rejection(
      tasker.exports.run({ source: 'tasks', format: 'breaking', output: project.path('tasks.txt') }),
    )
    assert.equal(torn.code, 'EXPORTER_FAILED')
    assert.match(torn.message, /Exporter breaking failed.*the printer is on fire/)
    assert.equal(existsSync(project.path('tasks.txt')), false)
    assert.deepEqual(await readdir(project.directory), [])
  })
})
