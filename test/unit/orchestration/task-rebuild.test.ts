import assert from 'node:assert/strict'
import { TaskRebuild } from '../../../core/orchestration/verification/task-rebuild.js'
import type { ChangeRecord } from '../../../core/workflow/change-record.js'
import { changeRecord, logEvent, taskRecord } from '../../support/task-records.js'

const task = taskRecord()
const names = { namespace: 'shop', taskName: 'order', version: '1.0.0' }
const created = {
  ...names,
  ...{ from: null, reason: 'first', context: {}, stepCount: 1, priority: 0, initiator: 'a', sourceSystem: 'b' },
  ...{ tags: [], definitionHash: 'd41d8' },
}
const event = (name: string, payload: object) => logEvent(task, { name, payload: { ...names, ...payload } })
const started = event('task.start_requested', { workerId: 'w', epoch: 1 })
const setBack = event('task.initialize_requested', {
  from: 'in_progress',
  reason: 'x',
  dueAt: '2026-05-01T00:00:00.000Z',
})
const entries = [[event('task.initialize_requested', created)], [started, setBack]].map((events, index) => ({
  ...{ id: String(index + 1), taskId: task.id, entry: index + 1, events },
}))

const rebuilt = (...changes: Partial<ChangeRecord>[]) => {
  const rebuild = new TaskRebuild(changes.map((values) => changeRecord(task, { entry: 1, ...values })))
  for (const entry of entries) rebuild.add(entry)
  rebuild.end(2)
  assert.deepEqual(rebuild.problems, [])
  return rebuild.state.task!
}

describe('rebuilding a task from its log and its changes', () => {
  it('applies changes in their order, and those that rows are not made of not at all', () => {
    const update = (data: object) => ({ kind: 'task.update', data: { ...data } })
    const task = rebuilt(
      update({ reason: 'second', tags: ['a'] }),
      { data: { reason: 'no' } },
      update({ reason: 'third' }),
    )
    assert.deepEqual([task.reason, task.tags, task.priority], ['third', ['a'], 0])
  })

  it('applies a change between the events of the commit in which it was made', () => {
    const pause = { kind: 'task.pause', changedAt: '2026-04-01T00:00:00.000Z' }
    // Before the task was started, which ends the parking; while it was in progress, which is not parked; and after it was set back.
    assert.equal(rebuilt({ ...pause, place: 0 }).parked, null)
    assert.equal(rebuilt({ ...pause, place: 1 }).parked, null)
    assert.equal(rebuilt({ ...pause, place: 2 }).parked, 'paused')
    const { parked, pausedAt, dueAt } = rebuilt({ ...pause, entry: 2 })
    assert.deepEqual([parked, pausedAt, dueAt], ['paused', '2026-04-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z'])
  })

  it('gives a paused task back as it was', () => {
    const { parked, pausedAt, dueAt } = rebuilt({ kind: 'task.pause', entry: 2 }, { kind: 'task.resume', entry: 2 })
    assert.deepEqual([parked, pausedAt, dueAt], [null, null, '2026-05-01T00:00:00.000Z'])
  })
})
