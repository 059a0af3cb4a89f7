import assert from 'node:assert/strict'
import { UnknownEventError } from '../../../core/errors/event-errors.js'
import { defineEvent } from '../../../core/events/custom-event.js'
import { lifecycleEventNames } from '../../../core/events/event-catalogue.js'
import { assertKnownPattern, expandPattern, matchesPattern, patternsOf } from '../../../core/events/event-pattern.js'

describe('event patterns', () => {
  it('select an event by its name, a family by its wildcard, and everything by *', () => {
    assert.ok(matchesPattern('task.completed', 'task.completed'))
    assert.ok(matchesPattern('task.*', 'task.completed'))
    assert.ok(matchesPattern('observability.step.*', 'observability.step.skip'))
    assert.ok(matchesPattern('*', 'order.fulfilled'))
    assert.ok(!matchesPattern('task.*', 'tasks.completed'))
    assert.ok(!matchesPattern('task.*', 'observability.task.handle'))
    assert.ok(!matchesPattern('task.completed', 'task.failed'))
    assert.ok(!matchesPattern('task', 'task.failed'))
  })

  it('expand to the names they select, in the order of the catalogue', () => {
    assert.deepEqual(expandPattern('observability.task.*'), [
      'observability.task.enqueue',
      'observability.task.handle',
      'observability.task.finalize',
    ])
    assert.equal(expandPattern('*').length, 56)
    assert.deepEqual(expandPattern('order.*', [...lifecycleEventNames, 'order.fulfilled', 'invoice.sent']), [
      'order.fulfilled',
    ])
    assert.deepEqual(expandPattern('*', []), [])
  })

  it('that select nothing are refused, with the nearest one that would', () => {
    for (const [wrong, right] of [
      ['task.complted', 'task.completed'],
      ['tasks.*', 'task.*'],
      ['observabilty.step.*', 'observability.step.*'],
    ] as const) {
      assert.throws(
        () => expandPattern(wrong),
        (error: unknown) =>
          error instanceof UnknownEventError &&
          error.nearest === right &&
          error.message.includes(`"${wrong}"`) &&
          error.message.includes(`Did you mean "${right}"?`),
      )
    }
    assert.throws(() => expandPattern('ta*'), UnknownEventError)
    assert.throws(() => expandPattern('order.*'), UnknownEventError)
  })

  it('of families that are not reserved pass while custom events may still be declared', () => {
    assertKnownPattern('order.*', lifecycleEventNames, { customEvents: 'undecided' })
    assertKnownPattern('order.fulfilled', lifecycleEventNames, { customEvents: 'undecided' })
    assert.throws(
      () => assertKnownPattern('step.exploded', lifecycleEventNames, { customEvents: 'undecided' }),
      UnknownEventError,
    )
    assert.throws(
      () => assertKnownPattern('order', lifecycleEventNames, { customEvents: 'undecided' }),
      UnknownEventError,
    )
    assert.throws(() => assertKnownPattern('order.*'), UnknownEventError)
  })

  it('come from names, descriptors and lists alike, each once', () => {
    assert.deepEqual(patternsOf('task.*'), ['task.*'])
    assert.deepEqual(patternsOf(['step.*', defineEvent('order.fulfilled'), 'step.*']), ['step.*', 'order.fulfilled'])
  })
})
