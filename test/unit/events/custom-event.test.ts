import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { InvalidEventNameError, ReservedEventFamilyError } from '../../../core/errors/event-errors.js'
import { defineEvent, isCustomEventDescriptor } from '../../../core/events/custom-event.js'
import { reservedFamilies } from '../../../core/events/event-families.js'

const envelope = {
  id: '01890000-0000-7000-8000-000000000000',
  schemaVersion: 1,
  payload: {},
  occurredAt: '2025-01-01T00:00:00.000Z',
  correlationId: 'c',
}

describe('defineEvent', () => {
  it('gives a descriptor that carries name, schema, durability and description', () => {
    const schema = Type.Object({ orderId: Type.Integer() })
    const fulfilled = defineEvent('order.fulfilled', schema, { durable: true, description: 'an order left the house' })
    assert.equal(fulfilled.name, 'order.fulfilled')
    assert.equal(fulfilled.schema, schema)
    assert.equal(fulfilled.durable, true)
    assert.equal(fulfilled.description, 'an order left the house')
    assert.ok(isCustomEventDescriptor(fulfilled))
    assert.ok(!isCustomEventDescriptor({ name: 'order.fulfilled' }))
    assert.ok(Object.isFrozen(fulfilled))
  })

  it('is not durable unless it says so', () => {
    assert.equal(defineEvent('order.fulfilled').durable, false)
  })

  it('recognises its own events', () => {
    const fulfilled = defineEvent('order.fulfilled')
    assert.ok(fulfilled.is({ ...envelope, name: 'order.fulfilled' }))
    assert.ok(!fulfilled.is({ ...envelope, name: 'order.cancelled' }))
  })

  it('accepts names of several words and refuses the rest, saying what a name looks like', () => {
    defineEvent('order.line-item.back_ordered')
    for (const name of [
      'order',
      'Order.fulfilled',
      'order.',
      '.fulfilled',
      'order..x',
      'order.*',
      '*',
      'order fulfilled.x',
      '',
    ]) {
      assert.throws(() => defineEvent(name), InvalidEventNameError, name)
    }
    assert.throws(() => defineEvent('Order.Fulfilled'), /lower-case words with a dot.*Received "Order.Fulfilled"/)
  })

  it('refuses the families of Tasker, all seven', () => {
    assert.equal(reservedFamilies.length, 7)
    for (const family of reservedFamilies) {
      assert.throws(
        () => defineEvent(`${family}.mine`),
        (error: unknown) =>
          error instanceof ReservedEventFamilyError && error.message.includes(`the family "${family}"`),
      )
    }
  })
})
