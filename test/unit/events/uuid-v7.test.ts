import assert from 'node:assert/strict'
import { isoTime } from '../../../core/events/iso-time.js'
import { createUuidV7 } from '../../../core/events/uuid-v7.js'

const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('createUuidV7', () => {
  it('makes UUIDs of version 7 that begin with the time', () => {
    const time = Date.UTC(2025, 0, 1)
    const id = createUuidV7(() => time)()
    assert.match(id, form)
    assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), time)
  })

  it('makes each greater than the one before, also within one millisecond', () => {
    const newId = createUuidV7(() => 1_700_000_000_000)
    let last = newId()
    for (let i = 0; i < 200_000; i++) {
      const id = newId()
      if (!form.test(id) || id <= last) assert.fail(`${id} after ${last}`)
      last = id
    }
  })

  it('keeps the order when the clock goes back, and follows it when it goes on', () => {
    const times = [2000, 1000, 1500, 3000]
    const newId = createUuidV7(() => times.shift() ?? 0)
    const ids = [newId(), newId(), newId(), newId()]
    assert.deepEqual([...ids].sort(), ids)
    assert.equal(Number.parseInt(ids[3]!.replaceAll('-', '').slice(0, 12), 16), 3000)
  })

  it('makes no id twice, from two sources either', () => {
    const [one, other] = [createUuidV7(() => 5), createUuidV7(() => 5)]
    const ids = new Set(Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? one() : other())))
    assert.equal(ids.size, 20_000)
  })
})

describe('isoTime', () => {
  it('formats each millisecond, whatever was formatted before', () => {
    assert.equal(isoTime(0), '1970-01-01T00:00:00.000Z')
    assert.equal(isoTime(1), '1970-01-01T00:00:00.001Z')
    assert.equal(isoTime(0), '1970-01-01T00:00:00.000Z')
  })
})
