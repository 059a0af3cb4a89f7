import assert from 'node:assert/strict'
import { eventCatalogue, reachesLog, requireEvent, searchCatalogue } from '../../../core/cli/event-documents.js'
import { catalogueTable, catalogueText, eventLine } from '../../../core/cli/event-text.js'
import { painter } from '../../../core/cli/paint.js'
import { defineEvent } from '../../../core/events/custom-event.js'

const paint = painter(false)
const fulfilled = defineEvent('order.fulfilled', { type: 'object' }, { durable: true, description: 'an order left' })

describe('cli: events', () => {
  it('lists the 56 lifecycle events and the custom ones, each with all its members', () => {
    const catalogue = eventCatalogue([fulfilled])
    assert.equal(catalogue.length, 57)
    for (const entry of catalogue) {
      assert.deepEqual(Object.keys(entry), [
        'name',
        'family',
        'description',
        'durable',
        'firedBy',
        'schema',
        'schemaVersion',
        'example',
        'contractVersion',
      ])
      assert.ok(entry.description !== '' && entry.firedBy !== '', entry.name)
    }
    assert.deepEqual(catalogue.at(-1)?.family, 'order')
  })

  it('searches names and descriptions for each word', () => {
    const names = searchCatalogue(eventCatalogue([fulfilled]), 'ORDER left').map(({ name }) => name)
    assert.deepEqual(names, ['order.fulfilled'])
    assert.deepEqual(searchCatalogue(eventCatalogue([]), 'nothing of the kind'), [])
  })

  it('refuses an unknown event with the nearest one', () => {
    assert.throws(() => requireEvent(eventCatalogue([]), 'step.faild'), {
      code: 'UNKNOWN_EVENT',
      message: /"step\.failed"/,
    })
  })

  it('knows that custom events reach the log whatever their durable says, and lifecycle events only if durable', () => {
    const catalogue = eventCatalogue([fulfilled, defineEvent('pay.seen', { type: 'object' })])
    const logged = catalogue.filter(reachesLog).map(({ name }) => name)
    assert.deepEqual(logged.slice(-2), ['order.fulfilled', 'pay.seen'])
    assert.ok(logged.includes('task.completed') && !logged.includes('observability.step.handle'))
    const seen = requireEvent(catalogue, 'pay.seen')
    assert.match(catalogueTable([seen], { paint }), /pay\.seen +log /)
    assert.match(catalogueText(seen, { paint }), /only with the success of a step that publishes it/)
    assert.match(
      catalogueText(requireEvent(catalogue, 'observability.step.handle'), { paint }),
      /heard only on the bus of its process/,
    )
  })

  it('says a lifecycle event in one line', () => {
    const line = eventLine(
      {
        id: '1',
        name: 'step.failed',
        schemaVersion: 1,
        occurredAt: '2026-03-01T10:00:01.250Z',
        correlationId: 'c',
        taskId: '01a20034-9892-7453-ac46-6a173d05c453',
        payload: {
          ...{ namespace: 'payments', taskName: 'refund', version: '1.0.0', stepName: 'charge', attempt: 2 },
          ...{ durationMs: 1234.56, willRetry: true, error: { message: 'no\nanswer' } },
        },
      },
      { paint },
    )
    assert.equal(
      line,
      '10:00:01.250 step.failed              05c453 payments.refund@1.0.0 charge attempt=2 1.2s willRetry=true no answer',
    )
  })

  it('says the payload of a custom event as it is', () => {
    const line = eventLine(
      {
        id: '1',
        name: 'order.fulfilled',
        schemaVersion: 1,
        occurredAt: '2026-03-01T10:00:01.250Z',
        correlationId: 'c',
        payload: { orderId: 1 },
      },
      { paint },
    )
    assert.match(line, /order\.fulfilled .*\{"orderId":1\}$/)
  })
})
