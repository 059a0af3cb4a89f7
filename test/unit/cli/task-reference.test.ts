import assert from 'node:assert/strict'
import { parseStepReference, parseTaskId } from '../../../core/cli/task-reference.js'

const id = '0197c0de-0000-7000-8000-000000000001'

describe('cli: references', () => {
  it('take a step as two arguments or as one with a slash', () => {
    assert.deepEqual(parseStepReference(id, 'charge'), { task: id, step: 'charge' })
    assert.deepEqual(parseStepReference(`${id}/charge`, undefined), { task: id, step: 'charge' })
  })

  it('refuse a step that is not named, or twice', () => {
    assert.throws(() => parseStepReference(id, undefined), { code: 'INVALID_ARGUMENT', message: /not named/ })
    assert.throws(() => parseStepReference(`${id}/`, undefined), { message: /not named/ })
    assert.throws(() => parseStepReference(`${id}/charge`, 'charge'), { message: /named twice/ })
  })

  it('refuse what is no id, and read ids in capitals', () => {
    assert.throws(() => parseTaskId('4711'), { code: 'INVALID_ARGUMENT', message: /tasks list/ })
    assert.equal(parseTaskId(id.toUpperCase()), id)
  })
})
