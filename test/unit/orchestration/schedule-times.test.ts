import assert from 'node:assert/strict'
import fc from 'fast-check'
import { dueTimes, nextTimes, type ScheduleTiming } from '../../../core/orchestration/schedules/schedule-times.js'

const cron = (expression: string, timeZone = 'UTC'): ScheduleTiming => ({
  cron: expression,
  timeZone,
  everyMs: null,
  anchorAt: '2026-01-01T00:00:00.000Z',
})
const times = (timing: ScheduleTiming, after: string, count: number) =>
  nextTimes(timing, Date.parse(after), count).map((time) => new Date(time).toISOString().replace(':00.000Z', 'Z'))

describe('the times of a schedule', () => {
  it('are those of five fields, of six with seconds, and of nicknames', () => {
    assert.deepEqual(times(cron('30 9 * * MON-FRI'), '2026-01-02T09:30:00Z', 2), [
      '2026-01-05T09:30Z',
      '2026-01-06T09:30Z',
    ])
    assert.deepEqual(times(cron('*/20 * * * * *'), '2026-01-01T00:00:00.500Z', 2), [
      '2026-01-01T00:00:20.000Z',
      '2026-01-01T00:00:40.000Z',
    ])
    assert.deepEqual(times(cron('@daily'), '2026-01-01T00:00:00Z', 1), ['2026-01-02T00:00Z'])
    assert.deepEqual(times(cron('0 0 29 2 *'), '2026-01-01T00:00:00Z', 1), ['2028-02-29T00:00Z'])
  })

  it('follow the clocks of their zone', () => {
    assert.deepEqual(times(cron('0 9 * * *', 'Europe/Berlin'), '2026-03-28T00:00:00Z', 2), [
      '2026-03-28T08:00Z',
      '2026-03-29T07:00Z',
    ])
  })

  it('that do not exist where clocks are set forward are the moment at which they are set', () => {
    assert.deepEqual(times(cron('30 2 * * *', 'Europe/Berlin'), '2026-03-28T12:00:00Z', 2), [
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ])
    assert.deepEqual(times(cron('30 2 * * *', 'America/New_York'), '2026-03-07T12:00:00Z', 2), [
      '2026-03-08T07:00Z',
      '2026-03-09T06:30Z',
    ])
    assert.deepEqual(times(cron('0 * * * *', 'Europe/Berlin'), '2026-03-29T00:00:00Z', 2), [
      '2026-03-29T01:00Z',
      '2026-03-29T02:00Z',
    ])
  })

  it('that exist twice where clocks are set back count once; every hour counts as often as it comes', () => {
    assert.deepEqual(times(cron('30 2 * * *', 'Europe/Berlin'), '2026-10-24T12:00:00Z', 2), [
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ])
    assert.deepEqual(times(cron('0 * * * *', 'Europe/Berlin'), '2026-10-24T23:30:00Z', 3), [
      '2026-10-25T00:00Z',
      '2026-10-25T01:00Z',
      '2026-10-25T02:00Z',
    ])
  })

  it('of an interval are counted from its anchor, whenever one looks', () => {
    const every: ScheduleTiming = { ...cron(''), cron: null, everyMs: 90_000 }
    assert.deepEqual(times(every, '2025-12-31T00:00:00Z', 2), ['2026-01-01T00:01:30.000Z', '2026-01-01T00:03Z'])
    assert.deepEqual(times(every, '2026-01-01T00:01:30Z', 1), ['2026-01-01T00:03Z'])
    assert.deepEqual(times(every, '2026-01-01T00:01:29.999Z', 1), ['2026-01-01T00:01:30.000Z'])
  })

  it('that have come are the same looked at forwards and backwards, in every zone and around every change of clocks', () => {
    const expressions = [
      '30 2 * * *',
      '0 * * * *',
      '*/30 * * * *',
      '15 1,2,3 * * *',
      '0 2 * * SUN',
      '30 * * * * *',
      '59 23 L * *',
    ]
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Pacific/Apia',
    ]
    const starts = ['2026-03-07', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-10-31'].map((day) =>
      Date.parse(`${day}T12:00:00Z`),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.constantFrom(...zones),
        fc.constantFrom(...starts),
        fc.integer({ min: 1, max: 40 }),
        (expression, timeZone, start, count) => {
          const timing = cron(expression, timeZone)
          const forwards = nextTimes(timing, start, count)
          const [first, last] = [forwards[0]!, forwards.at(-1)!]
          assert.deepEqual(dueTimes(timing, first, last, count), { times: forwards, missed: undefined })
          const some = dueTimes(timing, first, last, Math.ceil(count / 2))
          assert.deepEqual(some.times, forwards.slice(-Math.ceil(count / 2)))
          assert.equal(some.missed, forwards.at(-Math.ceil(count / 2) - 1))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('of years are found as fast as those of a minute', () => {
    const [first, now] = [Date.parse('2000-01-01T00:00:00Z'), Date.parse('2026-01-01T00:00:00Z')]
    assert.deepEqual(dueTimes(cron('* * * * * *'), first, now, 2), {
      times: [now - 1000, now],
      missed: now - 2000,
    })
    const every: ScheduleTiming = { ...cron(''), cron: null, everyMs: 1000, anchorAt: new Date(first).toISOString() }
    assert.deepEqual(dueTimes(every, first + 1000, now, 1), { times: [now], missed: now - 1000 })
    assert.deepEqual(dueTimes(every, first + 1000, first + 1000, 1), { times: [first + 1000], missed: undefined })
  })
})
