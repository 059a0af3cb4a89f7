import { deepEqual, throws } from 'node:assert/strict'
import type { FlattenRules } from '../../../core/contracts/exporter.js'
import { flattenedColumns } from '../../../core/exports/flatten-columns.js'
import { checkFlattening } from '../../../core/exports/flatten-rules.js'

function flatten(columns: string[], records: object[], rules: boolean | FlattenRules = true, later: object[] = []) {
  const isAll = later.length === 0
  const sample = { records: records as Record<string, unknown>[], isAll }
  const { columns: flat, project } = flattenedColumns(columns, sample, checkFlattening(rules, columns)!)
  return { columns: flat, records: project([...records, ...later] as Record<string, unknown>[]) }
}

describe('Flattening', () => {
  it('makes columns of members at any depth, in the order in which they come, and leaves lists', () => {
    const records = [
      { id: 1, context: { orderId: 7, customer: { name: 'Ada', tags: ['a'] } } },
      { id: 2, context: { customer: { city: 'London' } } },
    ]
    deepEqual(flatten(['id', 'context'], records), {
      columns: ['id', 'context.orderId', 'context.customer.name', 'context.customer.tags', 'context.customer.city'],
      records: [
        {
          id: 1,
          'context.orderId': 7,
          'context.customer.name': 'Ada',
          'context.customer.tags': ['a'],
          'context.customer.city': null,
        },
        {
          id: 2,
          'context.orderId': null,
          'context.customer.name': null,
          'context.customer.tags': null,
          'context.customer.city': 'London',
        },
      ],
    })
  })

  it('leaves what comes after the sample in the column of the whole', () => {
    const { columns, records } = flatten(['c'], [{ c: { a: 1 } }], true, [{ c: { a: 2, b: { d: 3 } } }, { c: 'text' }])
    deepEqual(columns, ['c.a', 'c'])
    deepEqual(records, [
      { 'c.a': 1, c: null },
      { 'c.a': 2, c: { b: { d: 3 } } },
      { 'c.a': null, c: 'text' },
    ])
  })

  it('loses nothing where a member is an object in one record and a value in another', () => {
    const { columns, records } = flatten(['c'], [{ c: { a: 1 } }, { c: { a: { b: 2 } } }])
    deepEqual(columns, ['c.a.b', 'c'])
    deepEqual(records, [
      { 'c.a.b': null, c: { a: 1 } },
      { 'c.a.b': 2, c: null },
    ])
  })

  it('keeps empty objects inside, which are values like any other', () => {
    const records = [{ c: { a: {}, b: 1 } }, { c: { a: { d: 2 }, b: 3 } }, { c: {} }]
    deepEqual(flatten(['c'], records.slice(0, 1)), { columns: ['c.a', 'c.b'], records: [{ 'c.a': {}, 'c.b': 1 }] })
    deepEqual(flatten(['c'], records), {
      columns: ['c.a.d', 'c.b', 'c'],
      records: [
        { 'c.a.d': null, 'c.b': 1, c: { a: {} } },
        { 'c.a.d': 2, 'c.b': 3, c: null },
        { 'c.a.d': null, 'c.b': null, c: null },
      ],
    })
    deepEqual(flatten(['c'], [{ c: { b: 1 } }], true, [{ c: { e: {} } }]).records[1], { 'c.b': null, c: { e: {} } })
  })

  it('goes as deep, and takes the columns, that the rules say', () => {
    const records = [{ p: { a: { b: 1 } }, q: { a: 1 } }]
    deepEqual(flatten(['p', 'q'], records, { depth: 1 }).records, [{ 'p.a': { b: 1 }, 'q.a': 1 }])
    deepEqual(flatten(['p', 'q'], records, { columns: ['q'], separator: '_' }).records, [
      { p: { a: { b: 1 } }, q_a: 1 },
    ])
  })

  it('does not take the name of another column', () => {
    const { columns, records } = flatten(['c', 'c.a'], [{ c: { a: 1, b: 2 }, 'c.a': 9 }])
    deepEqual(columns, ['c.b', 'c', 'c.a'])
    deepEqual(records, [{ 'c.b': 2, c: { a: 1 }, 'c.a': 9 }])
  })

  it('has at most 1000 columns, and the rest in the whole', () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`m${n}`, n]))
    const { columns, records } = flatten(['c'], [{ c: many }])
    deepEqual([columns.length, Object.keys(records[0]!.c as object).length], [1000, 1001])
  })

  it('refuses rules that it cannot follow', () => {
    for (const rules of [{ depth: 0 }, { separator: '' }, { sample: 0 }, { columns: ['x'] }])
      throws(() => checkFlattening(rules, ['c']), { code: 'INVALID_EXPORT_REQUEST' })
  })
})
