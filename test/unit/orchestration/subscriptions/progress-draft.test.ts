import assert from 'node:assert/strict'
import type { HeldLane } from '../../../../core/contracts/subscription-store.js'
import { ProgressDraft } from '../../../../core/orchestration/subscriptions/progress-draft.js'

const held = (lane: string, attempts: number): HeldLane => ({
  lane,
  shard: 3,
  logId: 1,
  index: 0,
  attempts,
  dueAt: '2026-01-01T00:00:00.000Z',
  error: { name: 'Error', message: 'no', category: 'runtime', retryable: true },
})

describe('what is to be written down of deliveries', () => {
  it('says of each lane how it is at last', () => {
    const draft = new ProgressDraft()
    assert.equal(draft.isEmpty, true)
    draft.hold(held('a', 1))
    draft.hold(held('a', 2))
    draft.hold(held('b', 1))
    draft.free('b', 3)
    draft.free('c', 3)
    draft.hold(held('c', 1))
    assert.deepEqual(
      draft.parts.held.map(({ lane, attempts }) => [lane, attempts]),
      [
        ['a', 2],
        ['c', 1],
      ],
    )
    assert.deepEqual(draft.parts.freed, [{ lane: 'b', shard: 3 }])
    assert.deepEqual([...draft.shards], [3])
  })

  it('keeps what could not be written, except where something newer is known', () => {
    const older = new ProgressDraft()
    older.hold(held('a', 1))
    older.hold(held('b', 1))
    older.free('c', 3)
    older.revive('1', 3)
    const draft = new ProgressDraft()
    draft.free('a', 3)
    draft.hold(held('c', 1))
    draft.revive('2', 3)
    draft.putBack(older)
    assert.deepEqual(draft.parts.held.map(({ lane }) => lane).sort(), ['b', 'c'])
    assert.deepEqual(draft.parts.freed, [{ lane: 'a', shard: 3 }])
    assert.deepEqual(
      draft.parts.revived.map(({ id }) => id),
      ['1', '2'],
    )
  })
})
