import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { definitionDifferences } from '../../../core/definition/definition-differences.js'
import { definitionDocument } from '../../../core/definition/definition-document.js'
import { type DefinedTask, defineTask } from '../../../core/index.js'

/** As it comes out of the database. */
const stored = ({ definition }: DefinedTask) => JSON.parse(JSON.stringify(definitionDocument(definition)))
const differences = (before: DefinedTask, after: DefinedTask) => definitionDifferences(stored(before), stored(after))
const nothing = async () => ({})

describe('the differences of two definitions', () => {
  const base = defineTask({ name: 'x', context: Type.Object({ a: Type.Integer() }) })
    .step('load', nothing)
    .step('charge', { dependsOn: ['load'], retry: { limit: 3 } }, nothing)

  it('are none between a definition and itself, whatever its code', () => {
    const same = defineTask({ name: 'x', context: Type.Object({ a: Type.Integer() }) })
      .step('load', async () => ({ other: 'code' }))
      .step('charge', { dependsOn: ['load'], retry: { limit: 3 } }, nothing)
    assert.deepEqual(differences(base, same), [])
    assert.equal(base.definition.hash, same.definition.hash)
  })

  it('name steps that came and went, options with their values, and another order', () => {
    const changed = defineTask({
      name: 'x',
      context: Type.Object({ a: Type.Integer(), b: Type.String() }),
      timeoutMs: 5,
    })
      .step('charge', { retry: { limit: 5, backoffMs: [1] } }, nothing)
      .step('load', nothing)
      .step('ship', { dependsOn: ['charge'] }, nothing)
    assert.deepEqual(differences(base, changed), [
      'context.properties.b none → {"type":"string"}',
      'context.required ["a"] → ["a","b"]',
      'timeoutMs none → 5',
      'step "ship" was added',
      'the steps are in another order: charge, load, ship',
      'step "charge": dependsOn ["load"] → []',
      'step "charge": retry.backoffMs none → [1]',
      'step "charge": retry.limit 3 → 5',
    ])
    assert.deepEqual(differences(changed, base).slice(3, 4), ['step "ship" was removed'])
  })

  it('cut long values short', () => {
    const long = defineTask({ name: 'x', description: 'd'.repeat(100) }).step('load', nothing)
    const [line] = differences(defineTask({ name: 'x' }).step('load', nothing), long)
    assert.match(line!, /^description none → "d{58}…$/)
  })
})
