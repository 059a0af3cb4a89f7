import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lifecycleEventNames } from '../../../core/events/event-catalogue.js'
import { codeBlocks } from '../../support/docs/code-blocks.js'
import { errorClasses, errorClassesOf } from '../../support/docs/error-classes.js'
import { generatedDocuments } from '../../support/docs/generated-documents.js'
import { checkout, sectionOf, withSection } from '../../support/docs/generated-section.js'
import { markdownTable, tableRows } from '../../support/docs/markdown-table.js'
import { wholeDocuments } from '../../support/docs/whole-documents.js'

const read = (path: string) => readFileSync(join(checkout, path), 'utf8')
const namesIn = (path: string, part: string) =>
  tableRows(sectionOf(read(path), part)).map(([name]) => name!.replaceAll('`', ''))

describe('the documentation that is made from the code', () => {
  for (const [path, update] of Object.entries(generatedDocuments)) {
    it(`is up to date in ${path}, in both directions`, () => {
      const document = read(path)
      assert.equal(document, update(document), 'run node dist/test/support/docs/write-documents.js')
    })
  }

  for (const [path, make] of Object.entries(wholeDocuments)) {
    it(`is up to date in ${path}`, () => {
      assert.equal(read(path), make(), 'run node dist/test/support/docs/write-documents.js')
    })
  }

  it('lists the 56 events, each once, and no other', () => {
    const names = namesIn('docs/events.md', 'events')
    assert.equal(names.length, 56)
    assert.deepEqual(names, [...lifecycleEventNames])
  })

  it('says the way out of every error', () => {
    const rows = tableRows(sectionOf(read('docs/errors.md'), 'errors'))
    assert.deepEqual(
      rows.filter(([, , , wayOut]) => !wayOut).map(([code]) => code),
      [],
    )
  })

  it('names only events that exist, wherever it names one', () => {
    const families = 'task|step|workflow|observability|export|registry'
    const mentions = new RegExp(`(?<![\\w./-])(?:${families})\\.[a-z][a-z_.]*[a-z](?!\\w|\\.[\\w\\\\]|\\()`, 'g')
    const prose = ['docs/events.md', 'README.md', 'docs/architecture.md', 'docs/decisions/0004-finalisation-order.md']
    const known = new Set<string>(lifecycleEventNames)
    const unknown = prose.flatMap((path) =>
      [...withoutCode(read(path)).matchAll(mentions)].map(([name]) => name).filter((name) => !known.has(name)),
    )
    assert.deepEqual(unknown, [])
  })
})

describe('the catalogue of errors', () => {
  it('has no code twice', () => {
    const codes = errorClasses(checkout).map(({ code }) => code)
    assert(codes.length > 90)
    assert.deepEqual(
      codes.filter((code, index) => codes.indexOf(code) !== index),
      [],
    )
  })

  it('reads code and occasion from a class, wherever it stands', () => {
    const source = [
      '/** Thrown when a',
      ' * thing {@link Missing} is missing.',
      ' *',
      ' * @example',
      ' */',
      'export class MissingError extends TaskerError {',
      '  constructor(readonly what: string) {',
      "    super('MISSING', { what })",
      '  }',
      '}',
    ].join('\n')
    assert.deepEqual(errorClassesOf(source, 'a.ts'), [
      { code: 'MISSING', className: 'MissingError', when: 'a thing `Missing` is missing.', wayOut: undefined },
    ])
  })

  it('takes no class without a code that can be read, and none without a docblock', () => {
    assert.throws(() => errorClassesOf('/** A. */\nclass AError extends TaskerError {}', 'a.ts'), /without a code/)
    assert.throws(
      () => errorClassesOf("class AError extends TaskerError { constructor() { super('A_B', {}) } }", 'a.ts'),
      {
        message: /no docblock/,
      },
    )
  })
})

describe('the parts of documents', () => {
  it('are replaced without touching what is around them', () => {
    const document = 'before\n<!-- x:begin, from y -->\nold\n<!-- x:end -->\nafter\n'
    const changed = withSection(document, 'x', 'new')
    assert.equal(changed, 'before\n<!-- x:begin, from y -->\n\nnew\n\n<!-- x:end -->\nafter\n')
    assert.equal(sectionOf(changed, 'x'), 'new')
    assert.throws(() => sectionOf(document, 'z'), /no part "z"/)
  })

  it('keep bars and line breaks in cells of tables', () => {
    const table = markdownTable(['a', 'b'], [['x|y', 'one\ntwo']])
    assert.deepEqual(tableRows(table), [['x|y', 'one two']])
  })

  it('give code blocks with the file that they name', () => {
    const [block] = codeBlocks('text\n```ts\n// a/b.task.ts\nconst a = 1\n```\n```console\n$ x\n```\n', ['ts'])
    assert.deepEqual(block, { language: 'ts', path: 'a/b.task.ts', code: '// a/b.task.ts\nconst a = 1\n' })
  })
})

/** A document without its fenced blocks. */
function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '')
}
