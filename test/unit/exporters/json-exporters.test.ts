import { deepEqual, equal, rejects } from 'node:assert/strict'
import fc from 'fast-check'
import type { ExporterDefinition } from '../../../core/index.js'
import { jsonExporter } from '../../../exporters/json/index.js'
import { ndjsonExporter } from '../../../exporters/ndjson/index.js'
import { exported } from './exported.js'

const records = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()))
const viaJson = (value: unknown) => JSON.parse(JSON.stringify(value))
const readLines = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

const readers: readonly [ExporterDefinition, (text: string) => unknown[]][] = [
  [jsonExporter, (text) => JSON.parse(text)],
  [ndjsonExporter, readLines],
]

for (const [exporter, read] of readers) {
  describe(`the ${exporter.name.toUpperCase()} exporter`, () => {
    it('gives every record back through a parser', async () => {
      await fc.assert(
        fc.asyncProperty(records, async (records) => {
          deepEqual(read(await exported(exporter, records, [])), viaJson(records))
        }),
      )
    })

    it('writes dates as ISO 8601, a bigint as a number where that is exact and else as text', async () => {
      const record = { at: new Date(0), small: 42n, large: -9007199254740993n, deep: [{ n: 2n ** 64n }] }
      deepEqual(read(await exported(exporter, [record], [])), [
        {
          at: '1970-01-01T00:00:00.000Z',
          small: 42,
          large: '-9007199254740993',
          deep: [{ n: '18446744073709551616' }],
        },
      ])
    })

    it('gives back more records than fit one piece of text', async () => {
      const records = Array.from({ length: 2000 }, (_, id) => ({ id, text: 'line\nbreak '.repeat(20) }))
      deepEqual(read(await exported(exporter, records, [])), records)
    })

    it('fails on a record that JSON cannot hold', async () => {
      const circular: Record<string, unknown> = {}
      circular.self = circular
      await rejects(exported(exporter, [circular], []), TypeError)
    })
  })
}

describe('the JSON exporter', () => {
  it('writes what JSON.stringify writes when it is pretty, for any indentation', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 }),
        fc.integer({ min: 1, max: 10 }),
        async (records, indent) => {
          const text = await exported(jsonExporter, records, [], { pretty: true, indent })
          equal(text, `${JSON.stringify(records, null, indent)}\n`)
        },
      ),
    )
  })

  it('writes a record per line when it is not pretty, and an empty array for no records', async () => {
    equal(await exported(jsonExporter, [{ a: 1 }, { a: 2 }], []), '[\n{"a":1},\n{"a":2}\n]\n')
    equal(await exported(jsonExporter, [], []), '[]\n')
  })
})
