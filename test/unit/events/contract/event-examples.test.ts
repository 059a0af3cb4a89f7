import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { lifecycleEventNames } from '../../../../core/events/event-catalogue.js'
import { assertLifecyclePayload, assertPayload } from '../../../../core/events/event-validation.js'
import { eventExamples } from '../../../../core/events/examples/event-examples.js'
import { sampleOfSchema } from '../../../../core/events/examples/schema-sample.js'

describe('the examples of payloads', () => {
  it('are there for each of the 56 events, in their order, and for no other', () => {
    assert.deepEqual(Object.keys(eventExamples), lifecycleEventNames)
  })

  for (const name of lifecycleEventNames) {
    it(`fit the schema: ${name}`, () => assertLifecyclePayload(name, eventExamples[name]))
  }
})

describe('a sample of a schema', () => {
  it('fits it, with every member, its own example and default first', () => {
    const schema = Type.Object({
      id: Type.String({ format: 'uuid' }),
      at: Type.String({ format: 'date-time' }),
      customer: Type.String({ examples: ['Grace'] }),
      currency: Type.String({ default: 'EUR' }),
      state: Type.Enum(['open', 'paid']),
      cents: Type.Integer({ minimum: 5 }),
      share: Type.Number({ exclusiveMinimum: 2 }),
      lines: Type.Array(Type.Object({ article: Type.String() })),
      note: Type.Optional(Type.Union([Type.Null(), Type.String()])),
    })
    const sample = sampleOfSchema(schema) as Record<string, unknown>
    assertPayload('order.paid', schema, sample)
    assert.deepEqual([sample.customer, sample.currency, sample.state], ['Grace', 'EUR', 'open'])
    assert.deepEqual(sample.lines, [{ article: 'article' }])
    assert('note' in sample)
  })
})
