import assert from 'node:assert/strict'
import { BatchLimit } from '../../../core/orchestration/batch-limit.js'

describe('the limit of a commit', () => {
  it('grows while full batches are quick, up to 2000', () => {
    const limit = new BatchLimit()
    const first = limit.value
    limit.learn(first, 10)
    assert.ok(limit.value > first)
    for (let round = 0; round < 50; round++) limit.learn(limit.value, 10)
    assert.equal(limit.value, 2000)
  })

  it('does not grow by batches that were not full', () => {
    const limit = new BatchLimit()
    const first = limit.value
    limit.learn(first - 1, 1)
    assert.equal(limit.value, first)
  })

  it('halves what was slow, and never goes below 8', () => {
    const limit = new BatchLimit()
    limit.learn(100, 1_000)
    assert.equal(limit.value, 50)
    for (let round = 0; round < 10; round++) limit.learn(limit.value, 1_000)
    assert.equal(limit.value, 8)
    limit.learn(1, 60_000)
    assert.equal(limit.value, 8)
  })
})
