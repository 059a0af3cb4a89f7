import assert from 'node:assert/strict'
import { likelyMeant } from '../../../core/config/likely-meant.js'
import { configProblems } from '../../../core/config/validate-config.js'

const wayOut = (values: object) =>
  configProblems({ name: 'tasker.config.ts', values: values as Record<string, unknown> })[0]?.wayOut

describe('what was probably meant by a setting of the wrong type', () => {
  it('is said with the setting', () => {
    assert.equal(wayOut({ execution: { concurrentTasks: '50' } }), 'Write it without quotes: 50.')
    assert.equal(wayOut({ events: { handlerTimeoutMs: '30s' } }), 'Durations are numbers of milliseconds: 30000.')
    assert.equal(wayOut({ handlers: './handlers' }), "Write a list: ['./handlers'].")
    assert.equal(wayOut({ metrics: { enabled: 'false' } }), 'Write it without quotes: false.')
    assert.equal(wayOut({ filter: { mask: 5 } }), "Write it in quotes: '5'.")
  })

  it('is not guessed where nobody can tell', () => {
    assert.equal(wayOut({ execution: { concurrentTasks: 'many' } }), undefined)
    assert.equal(likelyMeant('poolSize', { type: 'integer' }, '30s'), undefined)
    assert.equal(likelyMeant('leaseMs', { type: 'integer' }, { s: 1 }), undefined)
  })
})
