import assert from 'node:assert/strict'
import { maskPayload } from '../../../core/events/masking.js'

describe('masking', () => {
  it('hides the values of keys that contain a listed part, in whatever case and depth', () => {
    const payload = {
      userEmail: 'a@b.c',
      card: { CVC_Secret: 1, holder: 'A' },
      list: [{ api_key: 'x' }, { other: 'y' }],
      Password: { nested: true },
    }
    assert.deepEqual(maskPayload(payload), {
      userEmail: '[FILTERED]',
      card: { CVC_Secret: '[FILTERED]', holder: 'A' },
      list: [{ api_key: '[FILTERED]' }, { other: 'y' }],
      Password: '[FILTERED]',
    })
  })

  it('knows a listed part in camel case as well, and leaves the names of Tasker itself alone', () => {
    const { apiKey, accessKey, monkey, idempotencyKey } = maskPayload({
      apiKey: 'x',
      accessKey: 'x',
      monkey: 'ape',
      idempotencyKey: 'order 1',
    })
    assert.deepEqual([apiKey, accessKey], ['[FILTERED]', '[FILTERED]'])
    assert.deepEqual([monkey, idempotencyKey], ['ape', 'order 1'])
  })

  it('never changes what it is given, and copies only the way to what it hides', () => {
    const payload = Object.freeze({ kept: Object.freeze({ a: 1 }), card: Object.freeze({ token: 't' }) })
    const masked = maskPayload(payload)
    assert.equal(payload.card.token, 't')
    assert.equal(masked.kept, payload.kept)
    assert.notEqual(masked.card, payload.card)
  })

  it('returns a payload without secrets as it is', () => {
    const payload = { a: [1, 2, { b: null }] }
    assert.equal(maskPayload(payload), payload)
  })

  it('hides sensitive paths, where * stands for any key or index', () => {
    const payload = {
      context: {
        card: { number: '4111', holder: 'A' },
        items: [
          { note: 'x', id: 1 },
          { note: 'y', id: 2 },
        ],
      },
    }
    assert.deepEqual(maskPayload(payload, { sensitivePaths: ['context.card.number', 'context.items.*.note'] }), {
      context: {
        card: { number: '[FILTERED]', holder: 'A' },
        items: [
          { note: '[FILTERED]', id: 1 },
          { note: '[FILTERED]', id: 2 },
        ],
      },
    })
    assert.deepEqual(maskPayload(payload, { sensitivePaths: ['context'] }), { context: '[FILTERED]' })
    assert.equal(maskPayload(payload, { sensitivePaths: ['card.number', 'context.card.number.deeper'] }), payload)
  })

  it('takes another list and another mask', () => {
    assert.deepEqual(maskPayload({ iban: 'x', email: 'y' }, { parameters: ['IBAN'], mask: '***' }), {
      iban: '***',
      email: 'y',
    })
  })

  it('leaves absent values, dates and circles alone', () => {
    const circle: Record<string, unknown> = { token: null, at: new Date(0) }
    circle.self = circle
    const masked = maskPayload(circle)
    assert.equal(masked.token, null)
    assert.equal(masked.at, circle.at)
    assert.equal(masked.self, '[Circular]')
  })
})
