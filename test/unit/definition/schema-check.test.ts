import assert from 'node:assert/strict'
import { Type } from 'typebox'
import * as v from 'valibot'
import { createSchemaCheck } from '../../../core/definition/schema-check.js'
import { InvalidSchemaError, MissingJsonSchemaError } from '../../../core/errors/definition-errors.js'

const use = { root: 'context', owner: 'the context of task a.b@1.0.0' } as const
const item = Type.Object({ price: Type.Number(), count: Type.Integer({ default: 1 }) })
const order = Type.Object({
  items: Type.Array(item),
  mail: Type.Optional(Type.String({ format: 'email' })),
  currency: Type.Union([Type.Literal('EUR'), Type.Literal('USD')], { default: 'EUR' }),
})

describe('a schema check of JSON Schema', () => {
  it('fills in defaults, deeply, on a copy', async () => {
    const given = { items: [{ price: 2 }] }
    const result = await createSchemaCheck(order, use).check(given)
    assert.deepEqual(result, { ok: true, value: { items: [{ price: 2, count: 1 }], currency: 'EUR' } })
    assert.deepEqual(given, { items: [{ price: 2 }] })
  })

  it('gives all problems with their paths', async () => {
    const result = await createSchemaCheck(order, use).check({ items: [{ price: 'x' }, {}], mail: 'no' })
    assert.equal(result.ok, false)
    assert.deepEqual(!result.ok && result.problems.map(({ path }) => path), [
      'context.items[0].price',
      'context.items[1].price',
      'context.mail',
    ])
  })

  it('names unknown properties and odd keys', async () => {
    const closed = createSchemaCheck({ type: 'object', properties: {}, additionalProperties: false }, use)
    const result = await closed.check({ 'a/b c': 1 })
    assert.deepEqual(result, {
      ok: false,
      problems: [{ path: 'context["a/b c"]', message: 'is not a known property' }],
    })
  })

  it('takes a missing context for an empty object, and missing results for nothing', async () => {
    const schema = Type.Object({ n: Type.Integer({ default: 7 }) })
    assert.deepEqual(await createSchemaCheck(schema, use).check(undefined), { ok: true, value: { n: 7 } })
    assert.equal((await createSchemaCheck(schema, { ...use, root: 'results' }).check(undefined)).ok, false)
  })

  it('checks the JSON form of a value', async () => {
    const at = createSchemaCheck(Type.Object({ at: Type.String({ format: 'date-time' }) }), use)
    const result = await at.check({ at: new Date(0) })
    assert.deepEqual(result, { ok: true, value: { at: '1970-01-01T00:00:00.000Z' } })
    assert.match(JSON.stringify(await at.check({ at: 1n })), /cannot be written as JSON/)
  })

  it('gives plain JSON Schema, of regular expressions too', async () => {
    const check = createSchemaCheck(Type.Object({ a: Type.String({ pattern: /^x+$/ }) }), use)
    assert.deepEqual(check.jsonSchema, {
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string', pattern: '^x+$' } },
    })
    assert.equal((await check.check({ a: 'y' })).ok, false)
  })

  it('takes draft-07 and the same $id twice', async () => {
    const schema = {
      $id: 'urn:tasker:x',
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{ type: 'string' }],
    }
    createSchemaCheck(schema, use)
    assert.equal((await createSchemaCheck(schema, use).check([1])).ok, false)
  })

  it('refuses what is no schema, naming its owner', () => {
    for (const bad of [{ type: 'objekt' }, 'text', [], null, Type.Object({ a: Type.BigInt() })]) {
      assert.throws(
        () => createSchemaCheck(bad as never, use),
        (error: unknown) => error instanceof InvalidSchemaError && error.message.includes(use.owner),
      )
    }
  })
})

describe('a schema check of a Standard Schema', () => {
  const schema = v.object({ items: v.array(v.object({ price: v.number() })), n: v.optional(v.number(), 3) })
  const jsonSchema = { type: 'object' }

  it('gives the output, and problems with paths', async () => {
    const check = createSchemaCheck(schema, { ...use, jsonSchema })
    assert.deepEqual(await check.check({ items: [] }), { ok: true, value: { items: [], n: 3 } })
    const result = await check.check({ items: [{ price: 'x' }] })
    assert.equal(!result.ok && result.problems[0]?.path, 'context.items[0].price')
    assert.deepEqual(check.jsonSchema, jsonSchema)
  })

  it('asks for jsonSchema where it cannot say itself', () => {
    assert.throws(
      () => createSchemaCheck(schema, use),
      (error: unknown) => error instanceof MissingJsonSchemaError && /valibot.*`jsonSchema`/.test(error.message),
    )
    assert.throws(() => createSchemaCheck(schema, { ...use, jsonSchema: { type: 'objekt' } }), InvalidSchemaError)
  })

  it('lets it say itself, if it can', () => {
    const standard = { ...schema['~standard'], jsonSchema: { input: () => ({ type: 'object', title: 'own' }) } }
    assert.equal(createSchemaCheck({ '~standard': standard }, use).jsonSchema.title, 'own')
  })
})
