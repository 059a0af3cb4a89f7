import assert from 'node:assert/strict'
import { wholeEntry } from '../../../../core/contracts/subscription-store.js'
import { ShardCursor } from '../../../../core/orchestration/subscriptions/shard-cursor.js'

const at = (logId: number, index = wholeEntry) => ({ logId, index })

describe('the cursor of a shard', () => {
  let cursor: ShardCursor

  beforeEach(() => {
    cursor = new ShardCursor({ shard: 0, epoch: 1, workerId: 'a', isOwnerAlive: true, ...at(10) })
  })

  it('moves at once over a page that has nothing for it', () => {
    cursor.close(cursor.open(20)!)
    assert.deepEqual([cursor.handled, cursor.hasMoved], [at(20), true])
  })

  it('moves to the end of a page when its last event is done, and not before', () => {
    const page = cursor.open(20)!
    cursor.begin(page)
    cursor.begin(page)
    cursor.close(page)
    cursor.end(page)
    assert.deepEqual([cursor.handed, cursor.handled, cursor.inFlight], [at(20), at(10), 1])
    cursor.end(page)
    assert.deepEqual([cursor.handled, cursor.inFlight], [at(20), 0])
  })

  it('waits for the page before, however soon the next one is done', () => {
    const first = cursor.open(20)!
    cursor.begin(first)
    cursor.close(first)
    const second = cursor.open(30)!
    cursor.begin(second)
    cursor.close(second)
    cursor.end(second)
    assert.deepEqual(cursor.handled, at(10))
    cursor.end(first)
    assert.deepEqual(cursor.handled, at(30))
  })

  it('takes no page twice, and none when it is to go elsewhere', () => {
    cursor.close(cursor.open(20)!)
    assert.equal(cursor.open(20), undefined)
    assert.equal(cursor.open(15), undefined)
    cursor.isLeaving = true
    assert.equal(cursor.open(30), undefined)
  })

  it('knows what in an entry it has had', () => {
    const inside = new ShardCursor({ shard: 0, epoch: 1, workerId: 'a', isOwnerAlive: true, ...at(10, 2) })
    assert.deepEqual(
      [inside.isAhead(10, 2), inside.isAhead(10, 3), inside.isAhead(11, 0), cursor.isAhead(10, 3)],
      [false, true, true, false],
    )
  })

  it('has news until what it handled was written down', () => {
    cursor.close(cursor.open(20)!)
    const { handled } = cursor
    cursor.close(cursor.open(30)!)
    cursor.saved(handled)
    assert.equal(cursor.hasMoved, true)
    cursor.saved(cursor.handled)
    assert.equal(cursor.hasMoved, false)
  })
})
