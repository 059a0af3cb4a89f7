import { deepEqual, equal } from 'node:assert/strict'
import { type CastingContext, parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { csvExporter } from '../../../exporters/csv/index.js'
import { exported } from './exported.js'

/** Text that CSV writers stumble over, between ordinary text. */
const nastyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '"',
        ',',
        ';',
        '\n',
        '\r',
        '\t',
        '=',
        '+',
        '-',
        '@',
        "'",
        ' ',
        'ä',
        '𝒳',
        '🎉',
        '\u2028',
        '\ufeff',
        'a',
      ),
    )
    .map((parts) => parts.join('')),
)
const withoutBom = (text: string) => !text.startsWith('\ufeff')

async function cell(value: unknown, options: Readonly<Record<string, unknown>> = {}): Promise<string | undefined> {
  const text = await exported(csvExporter, [{ value, end: 'x' }], ['value', 'end'], { header: false, ...options })
  return parse(text)[0]?.[0]
}

describe('the CSV exporter', () => {
  it('gives every text back through a parser, with formulas kept, whatever the options', async () => {
    const options = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      recordDelimiter: fc.constantFrom('\n', '\r\n'),
      quoteAll: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(nastyText, nastyText), { minLength: 1 }), options, async (rows, options) => {
        const records = rows.map(([a, b]) => ({ a, b }))
        const text = await exported(csvExporter, records, ['a', 'b'], { ...options, formulas: 'keep' })
        const settings = { delimiter: options.delimiter, record_delimiter: options.recordDelimiter }
        deepEqual(parse(text, settings), [['a', 'b'], ...rows])
      }),
      { numRuns: 300 },
    )
  })

  it('changes text by nothing but one leading apostrophe, and only where a spreadsheet would see a formula', async () => {
    await fc.assert(
      fc.asyncProperty(nastyText.filter(withoutBom), async (text) => {
        equal(await cell(text), /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text)
      }),
      { numRuns: 300 },
    )
  })

  it('neutralises formulas, in the header as well, and leaves numbers alone', async () => {
    const column = '=cmd|x'
    const records = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', -1, -1.5e-7, -12n, 'a=1'].map((value) => ({
      [column]: value,
    }))
    const text = await exported(csvExporter, records, [column, 'end'])
    deepEqual(
      parse(text).map(([first]: string[]) => first),
      ["'=cmd|x", "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "'\n=1", '-1', '-1.5e-7', '-12', 'a=1'],
    )
  })

  it('writes dates as ISO 8601, booleans as words, a bigint to its last digit and nested values as JSON', async () => {
    equal(await cell(new Date('2026-03-01T12:00:00.123Z')), '2026-03-01T12:00:00.123Z')
    equal(await cell(true), 'true')
    equal(await cell(false), 'false')
    equal(await cell(9007199254740993n), '9007199254740993')
    equal(await cell({ a: [1, '"x",\n'], b: null }), '{"a":[1,"\\"x\\",\\n"],"b":null}')
    equal(await cell({ n: 9007199254740993n }), '{"n":"9007199254740993"}')
  })

  it('tells null and absent, an empty cell, from an empty text, a quoted one', async () => {
    const text = await exported(csvExporter, [{ a: null, b: undefined, c: '', d: 0 }], ['a', 'b', 'c', 'd', 'e'])
    equal(text, 'a,b,c,d,e\n,,"",0,\n')
    const quotedOnly = (value: string, { quoting }: CastingContext) => (value === '' && !quoting ? null : value)
    const rows = parse(text, { cast: quotedOnly, from: 2 })
    deepEqual(rows, [[null, null, '', '0', null]])
  })

  it('writes the header alone for no records, and nothing without a header', async () => {
    equal(await exported(csvExporter, [], ['a', 'b,c']), 'a,"b,c"\n')
    equal(await exported(csvExporter, [], ['a'], { header: false }), '')
  })

  it('writes header and byte order mark once, however many pieces the text comes in', async () => {
    const records = Array.from({ length: 1000 }, (_, id) => ({ id }))
    const text = await exported(csvExporter, records, ['id'], { bom: true })
    equal(text, `\ufeffid\n${records.map(({ id }) => `${id}\n`).join('')}`)
  })

  it('takes a column with dots in its name for a name, not for a path', async () => {
    equal(await exported(csvExporter, [{ 'context.id': 7, context: { id: 8 } }], ['context.id']), 'context.id\n7\n')
  })
})
