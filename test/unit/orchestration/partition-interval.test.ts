import assert from 'node:assert/strict'
import { partitionInterval } from '../../../core/orchestration/upkeep/log-upkeep.js'

const dayMs = 86_400_000

describe('the time that a partition of the log covers', () => {
  it('is a day where finished tasks are kept for up to 30 days, and grows with that time beyond', () => {
    assert.equal(partitionInterval({ finishedTasksMs: 60_000 }), dayMs)
    assert.equal(partitionInterval({ finishedTasksMs: 30 * dayMs }), dayMs)
    assert.equal(partitionInterval({ finishedTasksMs: 90 * dayMs }), 3 * dayMs)
  })

  it('is 30 days where they are kept for ever, and what the configuration says where it says it', () => {
    assert.equal(partitionInterval({}), 30 * dayMs)
    assert.equal(partitionInterval({ partitionMs: 3_600_000, finishedTasksMs: dayMs }), 3_600_000)
  })
})
