import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { formatPosition, parsePosition } from '../../../core/workflow/log-position.js'

const place = fc.tuple(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.nat({ max: 999_999 }))

describe('a position in the log', () => {
  it('has sixteen digits for the entry and six for the index, from whatever the id is held in', () => {
    equal(formatPosition('42', 7), '0000000000000042.000007')
    equal(formatPosition(42n, 7), formatPosition(42, 7))
  })

  it('comes back from its text', () => {
    fc.assert(
      fc.property(place, ([logId, index]) => {
        deepEqual(parsePosition(formatPosition(logId, index)), { logId: String(logId), index })
      }),
    )
  })

  it('sorts as text in the order of the log', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const order = Math.sign(a[0] - b[0] || a[1] - b[1])
        const [first, second] = [formatPosition(...a), formatPosition(...b)]
        equal(first < second ? -1 : first > second ? 1 : 0, order)
      }),
    )
  })

  it('is nothing else', () => {
    for (const text of ['', '42', '42.7', '0000000000000042.000007 ', '0000000000000042.00000x']) {
      equal(parsePosition(text), undefined)
    }
  })
})
