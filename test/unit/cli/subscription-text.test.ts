import assert from 'node:assert/strict'
import { painter } from '../../../core/cli/paint.js'
import { deadLetterText, subscriptionText } from '../../../core/cli/subscription-text.js'
import type { DeadLetter, HeldTask, Subscription } from '../../../core/index.js'

const at = '2026-03-01T10:00:00.000Z'
const subscription: Subscription = {
  ...{ name: 'audit', state: 'running', isTransactional: false, position: null, shards: [], deadLetters: 0 },
  ...{ lag: { entries: 0, ageMs: 0 }, heldTasks: 0, holdsRetention: true, lostAtMost: 0 },
  ...{ createdAt: at, seenAt: at, pausedAt: null, pauseReason: null },
}
const held: HeldTask = {
  ...{ taskId: 'a-task', position: '0000000000000006.000001', attempts: 1, nextAttemptAt: at },
  error: { name: 'Error', message: 'the printer is off', category: 'runtime', retryable: true },
}
const heldLines = (heldTasks: number, shown: readonly HeldTask[]) =>
  /^held +([\s\S]*?)\ndead letters/m
    .exec(subscriptionText({ ...subscription, heldTasks }, { paint: painter(false) }, shown))![1]!
    .split(/\n +/)

describe('what is said of a durable subscriber', () => {
  it('names the tasks that hold it up, why, and when they are tried again', () => {
    assert.deepEqual(heldLines(0, []), ['nothing'])
    assert.deepEqual(heldLines(1, [held]), [
      '1 task, because an event failed and is tried again',
      'a-task at 0000000000000006.000001: 1 try, the next at 2026-03-01 10:00:00: the printer is off',
    ])
    const [first, second, third] = heldLines(3, [{ ...held, taskId: null, attempts: 2, error: null }])
    assert.equal(first, '3 tasks, because an event failed and is tried again')
    assert.equal(second, 'no task at 0000000000000006.000001: 2 tries, the next at 2026-03-01 10:00:00')
    assert.equal(third, 'and 2 more')
  })
  it('shows the error and the payload of a dead letter in lines, and none of them is cut', () => {
    const message = `${'the printer is off, '.repeat(10)}\u001b[2J`
    const letter = {
      ...{ id: 'a-letter', subscription: 'audit', taskId: null, position: held.position, attempts: 1, failedAt: at },
      event: { name: 'order.paid', occurredAt: at, payload: { cents: 250 } },
      error: { ...held.error!, message, stack: `Error: ${message}\n    at print (printer.ts:7)` },
      retryRequestedAt: null,
    } as unknown as DeadLetter
    const text = deadLetterText(letter, { paint: painter(false), width: 60 })
    assert.match(text, /^error +Error: (the printer is off, ){10}\[2J\n +at print \(printer\.ts:7\)$/m)
    assert.match(text, /^payload +\{\n +"cents": 250\n +\}$/m)
  })
})
