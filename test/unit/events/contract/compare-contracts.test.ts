import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { compareContracts, versionAfter } from '../../../../core/events/contract/compare-contracts.js'
import type { ContractChange } from '../../../../core/events/contract/contract-change.js'
import {
  type ContractEvent,
  type EventContract,
  eventContract,
} from '../../../../core/events/contract/event-contract.js'

/** A contract with one event of that payload. */
function contractWith(schema: object | null, more: Partial<ContractEvent> = {}): EventContract {
  const event = { name: 'order.paid', description: '', durable: true, schemaVersion: 1, schema, ...more }
  return { contract: 'tasker-events', version: '1.0.0', envelope: {}, events: [event] }
}

const line = ({ weight, path, change }: ContractChange) => `${weight} ${path} ${change}`
const differences = (before: object | null, now: object | null) =>
  compareContracts(contractWith(before), contractWith(now)).map(line)

const text = Type.String()
const object = (properties: Record<string, object>, options = {}) => Type.Object(properties as never, options)

describe('what breaks a subscriber', () => {
  const cases: readonly [string, object, object, readonly string[]][] = [
    ['a member is gone', object({ a: text, b: text }), object({ a: text }), ['breaking payload.b is gone']],
    [
      'a member has another name',
      object({ durationMs: text }),
      object({ durationsMs: text }),
      ['breaking payload.durationMs is gone; is it "durationsMs" now?', 'compatible payload.durationsMs is new'],
    ],
    [
      'a member may be absent',
      object({ a: text }),
      object({ a: Type.Optional(text) }),
      ['breaking payload.a was always there, may now be absent'],
    ],
    [
      'a type is another one',
      object({ a: text }),
      object({ a: Type.Integer() }),
      ['breaking payload.a is never a text any more', 'breaking payload.a may now be an integer'],
    ],
    [
      'a type is wider',
      object({ a: text }),
      object({ a: Type.Union([text, Type.Null()]) }),
      ['breaking payload.a may now be null'],
    ],
    [
      'a word is gone that somebody waits for',
      object({ a: Type.Enum(['x', 'y']) }),
      object({ a: Type.Enum(['x']) }),
      ['breaking payload.a is never "y" any more'],
    ],
    [
      'words become any text, said once',
      object({ a: Type.Enum(['x', 'y']) }),
      object({ a: text }),
      ['breaking payload.a may now be a text of any kind'],
    ],
    [
      'any text becomes words',
      object({ a: text }),
      object({ a: Type.Enum(['x']) }),
      ['breaking payload.a was a text, can now only be "x"'],
    ],
    [
      'an integer may have a fraction',
      object({ a: Type.Integer() }),
      object({ a: Type.Number() }),
      ['breaking payload.a may now have a fraction'],
    ],
    [
      'a limit is looser',
      object({ a: Type.Integer({ minimum: 0 }) }),
      object({ a: Type.Integer() }),
      ['breaking payload.a minimum was 0, is now not set'],
    ],
    [
      'a format is gone, in a list in an object',
      object({ a: object({ b: Type.Array(Type.String({ format: 'uuid' })) }) }),
      object({ a: object({ b: Type.Array(text) }) }),
      ['breaking payload.a.b[] format was "uuid", is now not set'],
    ],
    ['it may be anything', object({ a: text }), {}, ['breaking payload was an object, may now be anything']],
    [
      'nobody but a person can say what it means',
      { $ref: '#/$defs/a', $defs: { a: { type: 'string' } } },
      { $ref: '#/$defs/a', $defs: { a: { type: 'number' } } },
      ['breaking payload $defs changed: what that means only a person can judge'],
    ],
    [
      'one of the forms is gone',
      Type.Union([object({ from: Type.Literal('a'), x: text }), object({ from: Type.Literal('b') })]),
      object({ from: Type.Literal('b') }),
      [
        'breaking payload.from is never "a" any more',
        'notable payload.from may now be "b"',
        'breaking payload.x is gone',
      ],
    ],
  ]
  for (const [what, before, now, expected] of cases) {
    it(what, () => assert.deepEqual(differences(before, now), expected))
  }

  it('an event is gone, or has another name, or is not durable any more', () => {
    const before = contractWith(null)
    assert.deepEqual(compareContracts(before, { ...before, events: [] }).map(line), ['breaking  is gone'])
    assert.deepEqual(compareContracts(before, contractWith(null, { name: 'order.payed' })).map(line), [
      'breaking  is gone; is it "order.payed" now?',
      'compatible  is new',
    ])
    assert.deepEqual(compareContracts(before, contractWith(null, { durable: false })).map(line), [
      'breaking  is not durable any more',
    ])
  })

  it('a member of the envelope is gone', () => {
    const before = { ...contractWith(null), envelope: object({ id: text }) }
    const [change] = compareContracts(before, { ...before, envelope: object({}) })
    assert.deepEqual([change?.event, change?.path, change?.weight], ['envelope', 'id', 'breaking'])
  })
})

describe('what breaks no subscriber', () => {
  const cases: readonly [string, object, object, readonly string[]][] = [
    ['a new member', object({}), object({ a: text }), ['compatible payload.a is new']],
    [
      'a new member that may be absent',
      object({}),
      object({ a: Type.Optional(text) }),
      ['compatible payload.a is new, and may be absent'],
    ],
    [
      'a member that is always there now',
      object({ a: Type.Optional(text) }),
      object({ a: text }),
      ['compatible payload.a is always there now'],
    ],
    [
      'another word',
      object({ a: Type.Enum(['x']) }),
      object({ a: Type.Enum(['x', 'y']) }),
      ['notable payload.a may now be "y"'],
    ],
    [
      'a tighter limit',
      object({ a: text }),
      object({ a: Type.String({ minLength: 1, format: 'uuid' }) }),
      [
        'compatible payload.a minLength was not set, is now 1',
        'compatible payload.a format was not set, is now "uuid"',
      ],
    ],
    [
      'a type where there was none',
      object({ a: {} }),
      object({ a: text }),
      ['notable payload.a was anything, is now a text'],
    ],
    [
      'members that are not listed',
      object({ a: text }, { additionalProperties: false }),
      object({ a: text }),
      ['compatible payload.* may have members that are not listed'],
    ],
    [
      'words of descriptions, examples and defaults',
      object({ a: Type.String({ description: 'a', default: 'b' }) }, { title: 'c' }),
      object({ a: Type.String({ description: 'b', examples: ['x'] }) }),
      [],
    ],
    [
      'the same type in other words',
      object({ a: Type.Union([Type.Literal('x'), Type.Literal('y')]) }),
      object({ a: Type.Enum(['y', 'x']) }),
      [],
    ],
  ]
  for (const [what, before, now, expected] of cases) {
    it(what, () => assert.deepEqual(differences(before, now), expected))
  }

  it('nothing at all', () => assert.deepEqual(compareContracts(eventContract(), eventContract()), []))
})

describe('the version of the contract', () => {
  const of = (weight: ContractChange['weight']): ContractChange => ({ weight, event: 'a.b', path: '', change: '' })

  it('is raised by what has changed', () => {
    assert.equal(versionAfter('1.2.3', []), '1.2.3')
    assert.equal(versionAfter('1.2.3', [of('compatible')]), '1.3.0')
    assert.equal(versionAfter('1.2.3', [of('notable')]), '1.3.0')
    assert.equal(versionAfter('1.2.3', [of('compatible'), of('breaking')]), '2.0.0')
  })
})
