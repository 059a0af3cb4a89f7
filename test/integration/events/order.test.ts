import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const single = defineTask({ name: 'single' }).step('only', async () => 'done')

const created = ['task.initialize_requested', 'step.initialize_requested', 'workflow.orchestration_requested']

const begun = [
  'task.before_transition',
  'step.before_transition',
  'task.start_requested',
  'step.execution_requested',
  'workflow.task_started',
  'observability.step.find_viable',
  'workflow.viable_steps_discovered',
  'workflow.viable_steps_batch_ready',
  'workflow.steps_execution_started',
  'step.before_handle',
  'step.handle',
]

const succeeded = [
  'step.before_transition',
  'workflow.task_finalization_started',
  'task.before_transition',
  'step.completed',
  'task.completed',
  'observability.step.handle',
  'workflow.step_completed',
  'workflow.steps_execution_completed',
  'observability.task.finalize',
  'workflow.task_finalization_completed',
  'workflow.task_completed',
  'observability.task.handle',
]

const failedAndWaiting = [
  'step.before_transition',
  'step.before_transition',
  'task.before_transition',
  'step.failed',
  'step.retry_requested',
  'task.initialize_requested',
  'observability.step.handle',
  'observability.step.backoff',
  'workflow.step_failed',
  'workflow.steps_execution_completed',
  'workflow.no_viable_steps',
  'workflow.task_finalization_started',
  'observability.task.finalize',
  'workflow.task_finalization_completed',
  'workflow.task_reenqueue_started',
  'observability.task.handle',
  'workflow.task_reenqueue_delayed',
  'observability.task.enqueue',
]

describe('the order of events, for a listener on *', () => {
  it('of one task whose single step succeeds at the first attempt', async () => {
    await using t = await openTestTasker({ handlers: [single] })
    const heard: string[] = []
    t.events.on('*', ({ name }) => heard.push(name))
    await t.run(single)
    assert.deepEqual(heard, [...created, ...begun, ...succeeded])
  })

  it('of the same task where it goes through the queue', async () => {
    await using t = await openTestTasker({ handlers: [single] })
    const run = await t.run(single, undefined, { runAt: new Date(t.clock.now() + 1000) })
    assert.deepEqual(run.events.names(), [...created, 'observability.task.enqueue', ...begun, ...succeeded])
  })

  it('where the step fails, will be retried, and nothing else can run', async () => {
    await using t = await openTestTasker({ handlers: [single] })
    t.faults.failStep('only')
    const run = await t.run(single)
    const again = ['workflow.orchestration_requested', ...begun]
    assert.deepEqual(run.events.names(), [...created, ...begun, ...failedAndWaiting, ...again, ...succeeded])
    assert.equal(run.events.payloads('workflow.task_finalization_completed')[0]?.decision, 'wait')
  })

  it('where a step fails and another one runs: no finalisation until that has ended', async () => {
    const other = Promise.withResolvers<void>()
    const two = defineTask({ name: 'two' })
      .step('fails', async () => 'at last')
      .step('runs', () => other.promise)
    await using t = await openTestTasker({ handlers: [two] })
    t.faults.failStep('fails')
    t.events.once('workflow.step_failed', () => setImmediate(other.resolve))
    const run = await t.run(two)
    const names = run.events.names()
    const failure = names.indexOf('step.failed')
    assert.deepEqual(names.slice(failure - 2, failure + 5), [
      'step.before_transition',
      'step.before_transition',
      'step.failed',
      'step.retry_requested',
      'observability.step.handle',
      'observability.step.backoff',
      'workflow.step_failed',
    ])
    assert(names.indexOf('workflow.no_viable_steps') > names.indexOf('workflow.step_completed'))
  })
})
