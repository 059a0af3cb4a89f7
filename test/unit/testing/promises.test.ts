import assert from 'node:assert/strict'
import type { TaskerEvent } from '../../../core/index.js'
import { brokenInCalls, brokenInLog, brokenInRows } from '../../../core/testing/simulation/promises.js'
import type { StepView, TaskView } from '../../../core/workflow/task-record.js'

/** Two steps, `second` after `first`; of them only what the promises are read from. */
const step = (name: string, dependsOn: readonly string[] = [], more: Partial<StepView> = {}): StepView =>
  ({ name, dependsOn, state: 'complete', childTaskId: null, element: null, branchOf: null, ...more }) as StepView

const task = (more: Partial<TaskView> = {}): TaskView =>
  ({
    id: 't',
    state: 'complete',
    parked: null,
    error: null,
    steps: [step('first'), step('second', ['first'])],
    ...more,
  }) as TaskView

const event = (name: string, stepName: string, more: object = {}): TaskerEvent<string> =>
  ({ name, taskId: 't', payload: { stepName, ...more } }) as unknown as TaskerEvent<string>

const begins = (stepName: string, attempt = 1) =>
  event('step.execution_requested', stepName, { attempt, retryLimit: 2 })
const completes = (stepName: string) => event('step.completed', stepName)
const fails = (stepName: string, code = 'ERROR') => event('step.failed', stepName, { error: { code } })

const broken = (...log: readonly TaskerEvent<string>[]) => brokenInLog([task()], log)

describe('what a simulation reads from a log', () => {
  it('is nothing where all was as it should be', () => {
    assert.deepEqual(
      broken(begins('first'), fails('first'), begins('first', 2), completes('first'), begins('second')),
      [],
    )
  })

  it('is a step that ran before what it depends on', () => {
    assert.deepEqual(broken(begins('second')), ['step second ran before first was done'])
    assert.deepEqual(broken(event('step.cancelled', 'first'), begins('second')), [
      'step second ran before first was done',
    ])
  })

  it('is a step that ran after it was done, or was done twice', () => {
    assert.deepEqual(broken(begins('first'), completes('first'), begins('first', 2)), [
      'step first ran again after it was complete',
    ])
    assert.deepEqual(broken(begins('first'), completes('first'), completes('first')), [
      'step first was complete, and then complete',
    ])
  })

  it('is a step that ran twice at once', () => {
    assert.deepEqual(broken(begins('first'), begins('first', 2)), ['step first ran twice at once'])
  })

  it('is an attempt too many, and one that is not counted', () => {
    const thrice = [begins('first'), fails('first'), begins('first', 2), fails('first'), begins('first', 3)]
    assert.deepEqual(broken(...thrice), ['step first began attempt 3, 0 of them lost with their workers, of 2'])
    assert.deepEqual(
      broken(begins('first'), fails('first', 'OWNER_LOST'), begins('first', 2), fails('first'), begins('first', 3)),
      [],
    )
    assert.deepEqual(broken(begins('first'), fails('first'), begins('first', 1)), [
      'attempt 2 of step first counts as 1',
    ])
  })

  it('is a step that goes on after it has lost its worker three times, and left to nobody', () => {
    const lost = (attempt: number) => [begins('first', attempt), fails('first', 'OWNER_LOST')]
    assert.deepEqual(broken(...lost(1), ...lost(2), ...lost(3)), [])
    assert.deepEqual(broken(...lost(1), ...lost(2), ...lost(3), begins('first', 4)), [
      'step first began again after it had lost its worker 3 times',
    ])
  })

  it('is not a step that somebody has asked for once more, but is one that takes more than that', () => {
    const lost = (attempt: number) => [begins('first', attempt), fails('first', 'OWNER_LOST')]
    const asked = event('step.retry_requested', 'first', { actor: { id: 'ada', kind: 'person' } })
    const retried = [...lost(1), ...lost(2), ...lost(3), asked, ...lost(4)]
    assert.deepEqual(broken(...retried), [])
    assert.deepEqual(broken(...retried, begins('first', 5)), [
      'step first began again after it had lost its worker 4 times',
    ])
  })
})

describe('what it reads of decisions', () => {
  const steps = [step('first'), step('second', ['first'])]
  const settled = (stepName: string, how: string) => event('step.resolved_manually', stepName, { how })

  it('is a step that ran though nothing that it depends on was chosen', () => {
    const log = [settled('first', 'unchosen'), begins('second')]
    assert.deepEqual(brokenInLog([task({ steps })], log), [
      'step second ran though nothing that it depends on was chosen',
    ])
    assert.deepEqual(brokenInLog([task({ steps })], [settled('first', 'skipped'), begins('second')]), [])
  })

  it('is a branch that ran, and was not chosen', () => {
    const branch = step('second', ['first'], { branchOf: 'first' })
    const choosing = (results: unknown) => brokenInRows(task({ steps: [step('first', [], { results }), branch] }))
    assert.deepEqual(choosing(['second']), [])
    assert.deepEqual(choosing([]), ['step second ran, and first did not choose it'])
    assert.deepEqual(choosing(null), ['step second ran, and first did not choose it'])
  })
})

describe('what it reads of lists', () => {
  it('is a result that is not that of the elements, in their order', () => {
    const element = (index: number) =>
      step(`list[${index}]`, [], { element: { of: 'list', index, item: index }, results: index })
    const list = (results: unknown) => task({ steps: [step('list', [], { results }), element(1), element(0)] })
    assert.deepEqual(brokenInRows(list([0, 1])), [])
    assert.deepEqual(brokenInRows(list([1, 0])), ['the results of list are not those of its elements, in their order'])
  })
})

describe('what it reads from rows', () => {
  it('is a task that is at rest for no reason', () => {
    assert.deepEqual(brokenInRows(task({ state: 'pending' })), [
      'it is pending, and no reason is stored why nothing happens',
    ])
    assert.deepEqual(brokenInRows(task({ state: 'pending', parked: 'no_handler' as never })), [])
  })

  it('is an end that its steps contradict', () => {
    const steps = [step('first'), step('second', ['first'], { state: 'pending' })]
    assert.deepEqual(brokenInRows(task({ steps })), ['it is complete, and steps are not done: second'])
    assert.deepEqual(brokenInRows(task({ state: 'error' })), ['it is in error without a step that is (no code)'])
    const running = [step('first', [], { state: 'in_progress' })]
    assert.deepEqual(brokenInRows(task({ state: 'cancelled', steps: running })), [
      'the task has ended, and steps are in progress: first',
    ])
  })

  it('is an error that says what is not so', () => {
    const failed = (code: string, ...states: readonly string[]) => {
      const steps = states.map((state, index) => step(`step_${index}`, [], { state: state as never }))
      return brokenInRows(task({ state: 'error', error: { code } as never, steps }))
    }
    assert.deepEqual(failed('STEPS_CANCELLED', 'cancelled', 'complete'), [])
    assert.deepEqual(failed('TASK_TIMEOUT', 'pending'), [])
    assert.deepEqual(failed('STEP_FAILED', 'error', 'pending'), [])
    assert.deepEqual(failed('TASK_STUCK', 'pending'), [
      'it is in error without a step that is (TASK_STUCK)',
      'it ended for its cancelled steps, and others were left: step_0',
    ])
    assert.deepEqual(failed('TASK_STUCK', 'cancelled'), ['it is in error for its cancelled steps, and says TASK_STUCK'])
    assert.deepEqual(failed('STEPS_CANCELLED', 'cancelled', 'pending'), [
      'it ended for its cancelled steps, and others were left: step_1',
    ])
  })
})

describe('what it reads from calls', () => {
  const call = { taskId: 't', stepName: 'first', attempt: 1 }

  it('is an attempt that was called twice', () => {
    assert.deepEqual(brokenInCalls([task()], [call, { ...call, attempt: 2 }]), [])
    assert.deepEqual(brokenInCalls([task()], [call, call]), ['attempt 1 of step first was called twice'])
  })

  it('is not the beginning of a child, which a loss may repeat', () => {
    assert.deepEqual(brokenInCalls([task({ steps: [step('first', [], { childTaskId: 'c' })] })], [call, call]), [])
  })
})
