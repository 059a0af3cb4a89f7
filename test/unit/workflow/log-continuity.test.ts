import assert from 'node:assert/strict'
import { isTaskerError } from '../../../core/errors/tasker-error.js'
import { LogContinuity } from '../../../core/workflow/log-continuity.js'

const entry = (taskId: string | null, number: number | null) => ({ id: '17', taskId, entry: number, events: [] })

function read(continuity: LogContinuity, ...entries: readonly (readonly [string | null, number | null])[]): void {
  for (const [taskId, number] of entries) continuity.check(entry(taskId, number))
}

describe('the numbers of the entries of a task, to a reader of the log', () => {
  it('follow one another for each task, whatever stands between them', () => {
    read(new LogContinuity(true), ['a', 1], ['b', 1], [null, null], ['a', 2], ['b', 2], ['a', 3])
  })

  it('begin with 1 where the reader began at the beginning, anywhere where it began later', () => {
    read(new LogContinuity(false), ['a', 7], ['a', 8])
    assert.throws(() => read(new LogContinuity(true), ['a', 2]), { code: 'LOG_GAP' })
  })

  for (const [what, numbers] of Object.entries({ missing: [1, 3], doubled: [1, 1], 'out of order': [1, 2, 1] })) {
    it(`are refused where one is ${what}, with the task and the numbers`, () => {
      const last = numbers.at(-1)!
      assert.throws(
        () => read(new LogContinuity(true), ...numbers.map((number) => ['a', number] as const)),
        (error) => {
          assert(isTaskerError(error) && error.code === 'LOG_GAP')
          assert.deepEqual(error.details, { taskId: 'a', logId: '17', entry: last, expected: numbers.at(-2)! + 1 })
          assert.match(error.message, /task a .*entry number \d.*verify --task a/)
          return true
        },
      )
    })
  }

  it('are refused where there is none', () => {
    assert.throws(() => read(new LogContinuity(false), ['a', null]), { code: 'LOG_GAP' })
  })

  it('are no longer known of tasks that nothing was heard of for long, which is no error', () => {
    const continuity = new LogContinuity(true)
    for (let task = 0; task <= 50_000; task++) read(continuity, [`task ${task}`, 1])
    read(continuity, ['task 50000', 2], ['task 0', 5], ['task 0', 6])
    assert.throws(() => read(continuity, ['task 50000', 4]), { code: 'LOG_GAP' })
  })
})
