import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { Type } from 'typebox'
import { parse } from 'yaml'
import { asyncApiDocument } from '../../../../core/events/contract/asyncapi-document.js'
import { eventContract } from '../../../../core/events/contract/event-contract.js'
import { defineEvent } from '../../../../core/events/custom-event.js'
import { lifecycleEventNames } from '../../../../core/events/event-catalogue.js'
import { checkout } from '../../../support/docs/generated-section.js'

interface Document {
  readonly info: { readonly version: string }
  readonly channels: Readonly<Record<string, object>>
  readonly components: {
    readonly messages: Readonly<Record<string, { payload: object; examples?: { payload: object }[] }>>
    readonly schemas: Readonly<Record<string, object>>
  }
}

const read = (text: string) => parse(text, { maxAliasCount: -1 }) as Document
const committed = read(readFileSync(join(checkout, 'docs/asyncapi.yaml'), 'utf8'))

describe('the AsyncAPI document', () => {
  let validate: ValidateFunction

  before(() => {
    // The schema of the AsyncAPI initiative itself, of draft 7, as its package has it.
    const specs = createRequire(import.meta.url)('@asyncapi/specs') as { schemas: Record<string, object> }
    const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false, meta: false })
    validate = ajv.compile(specs.schemas['3.0.0']!)
  })

  it('is one by the official schema, as it stands in docs', () => {
    assert(validate(committed), JSON.stringify(validate.errors?.slice(0, 3)))
  })

  it('is one with custom events, too, with and without a schema', () => {
    const custom = [defineEvent('order.paid', Type.Object({ orderId: Type.Integer() })), defineEvent('order.seen')]
    const document = JSON.parse(JSON.stringify(asyncApiDocument(eventContract(custom)))) as Document
    assert(validate(document), JSON.stringify(validate.errors?.slice(0, 3)))
    assert.deepEqual(Object.keys(document.channels).slice(-2), ['order.paid', 'order.seen'])
  })

  it('is refused by that schema when something of it is wrong', () => {
    assert(!validate({ ...committed, channels: { a: { address: 1 } } }))
  })

  it('has a channel and a message for each of the 56 events, and the version of the contract', () => {
    assert.deepEqual(Object.keys(committed.channels), [...lifecycleEventNames])
    assert.deepEqual(Object.keys(committed.components.messages), [...lifecycleEventNames])
    assert.equal(committed.info.version, eventContract().version)
  })

  it('has examples that fit its schemas, which let members pass that are not listed', () => {
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    ajv.addSchema({ ...committed, $id: 'https://tasker.test/asyncapi' })
    for (const name of lifecycleEventNames) {
      const check = ajv.compile({
        $ref: `https://tasker.test/asyncapi#/components/messages/${name}/payload`,
      })
      const example = committed.components.messages[name]!.examples![0]!.payload as { payload: object }
      assert(check(example), `${name}: ${ajv.errorsText(check.errors)}`)
      const later = { ...example, payload: { ...example.payload, later: true } }
      assert(check(later), `${name} refuses a member that may come later`)
    }
  })
})
