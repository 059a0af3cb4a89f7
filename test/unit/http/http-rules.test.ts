import assert from 'node:assert/strict'
import { httpStatuses, outcomeOf } from '../../../core/http/http-statuses.js'
import { parseRetryAfter, retryAfterRule, retryDelayOf } from '../../../core/http/retry-after.js'

describe('the table of statuses', () => {
  it('knows each class, and lets a status win over its class', () => {
    assert.equal(outcomeOf(299), 'success')
    assert.equal(outcomeOf(404), 'permanent')
    assert.equal(outcomeOf(418), 'retryable')
    assert.equal(outcomeOf(999), 'retryable')
    assert(Object.isFrozen(httpStatuses))
  })

  it('is overridden by status and by class; a class that is overridden is meant as a whole', () => {
    assert.equal(outcomeOf(404, { 404: 'success' }), 'success')
    assert.equal(outcomeOf(404, { '4xx': 'retryable' }), 'retryable')
    assert.equal(outcomeOf(409, { '4xx': 'permanent', 409: 'success' }), 'success')
    assert.equal(outcomeOf(500, { '4xx': 'permanent' }), 'retryable')
  })
})

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1)
  const parse = (value: string, date?: string) =>
    parseRetryAfter(new Headers({ 'retry-after': value, ...(date === undefined ? {} : { date }) }), now)

  it('is read in seconds and as each of the three dates of HTTP', () => {
    assert.equal(parse('120'), 120_000)
    assert.equal(parse(' 0 '), 0)
    assert.equal(parse('Thu, 01 Jan 2026 00:01:00 GMT'), 60_000)
    assert.equal(parse('Thursday, 01-Jan-26 00:01:00 GMT'), 60_000)
    assert.equal(parse('Wed, 21 Oct 2015 07:28:00 GMT'), 0)
  })

  it('is compared with the clock of the server where that is told', () => {
    assert.equal(parse('Thu, 01 Jan 2026 00:01:00 GMT', 'Thu, 01 Jan 2026 00:00:50 GMT'), 10_000)
    assert.equal(parse('Thu, 01 Jan 2026 00:01:00 GMT', 'nonsense'), 60_000)
  })

  it('says nothing where it cannot be read', () => {
    for (const value of ['', 'soon', '-3', '5.5', '1e3', '2026-01-01T00:01:00Z']) assert.equal(parse(value), undefined)
    assert.equal(parseRetryAfter(new Headers(), now), undefined)
  })

  it('is heeded of the statuses of the rule, and within its limits', () => {
    const delayOf = (status: number, value: string, more = {}) =>
      retryDelayOf(status, new Headers({ 'retry-after': value }), { ...retryAfterRule, ...more })
    assert.equal(delayOf(429, '0'), 1_000)
    assert.equal(delayOf(503, '86400'), 3_600_000)
    assert.equal(delayOf(502, '9'), undefined)
    assert.equal(delayOf(502, '9', { statuses: [502] }), 9_000)
  })
})
