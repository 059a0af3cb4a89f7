import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { defineTask, type TaskOptions } from '../../../core/definition/define-task.js'
import { canonicalJson, definitionHash } from '../../../core/definition/definition-hash.js'

const hashOf = (options: Partial<TaskOptions> = {}, step: object = {}, handler: () => unknown = () => 1) =>
  defineTask({ name: 'x', ...options } as TaskOptions).step('a', step, handler).definition.hash

describe('the hash of a definition', () => {
  it('does not depend on the code of handlers or the order of keys', () => {
    assert.equal(
      hashOf(),
      hashOf({}, {}, () => 2),
    )
    assert.equal(
      hashOf({}, { handlerConfig: { a: 1, b: [{ c: 1, d: 2 }] } }),
      hashOf({}, { handlerConfig: { b: [{ d: 2, c: 1 }], a: 1 } }),
    )
    assert.equal(hashOf({ version: '0.1.0' }), hashOf({}, { timeoutMs: 600_000 }))
  })

  it('stays what it was: an option that is new to Tasker must not count where a task does not use it', () => {
    // Or every task would count as changed under its version when Tasker is updated, and no worker would start.
    const task = defineTask({ namespace: 'shop', name: 'pay', version: '1.0.0' })
      .step('a', async () => 1)
      .step('b', { dependsOn: ['a'] }, async () => 2)
    assert.equal(task.definition.hash, '554f1eb62eb8e7daf5eabbbd38e8983f246742e23b508ee1ed0826d1b8aa62a4')
  })

  it('does not depend on the hash that a definition has already', () => {
    const { definition } = defineTask({ name: 'x' }).step('a', () => 1)
    assert.equal(definitionHash({ ...definition, hash: 'other' }), definition.hash)
  })

  it('depends on everything else', () => {
    const hashes = [
      hashOf(),
      hashOf({ version: '0.2.0' }),
      hashOf({ description: 'd' }),
      hashOf({ sensitive: ['a'] }),
      hashOf({ identity: 'none' }),
      hashOf({ identity: 'hash' }),
      hashOf({ identity: () => 'x' }),
      hashOf({ context: Type.Object({}) }),
      hashOf({ context: Type.Object({ a: Type.String() }) }),
      hashOf({ customEvents: ['a.b'] }),
      hashOf({}, { timeoutMs: 1 }),
      hashOf({}, { retry: { limit: 4 } }),
      hashOf({}, { results: Type.String() }),
      hashOf({}, { handlerConfig: { a: 1 } }),
    ]
    assert.equal(new Set(hashes).size, hashes.length)
  })

  it('is made of JSON with sorted keys', () => {
    assert.equal(canonicalJson({ b: [{ z: 1, y: undefined, x: null }], a: 'ü' }), '{"a":"ü","b":[{"x":null,"z":1}]}')
  })
})
