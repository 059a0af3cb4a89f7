import assert from 'node:assert/strict'
import { showsOutput } from '../../support/docs/expected-output.js'
import { guideBlocks } from '../../support/docs/guide-blocks.js'

const fence = '```'
const block = (language: string, code: string) => `# A guide\n\n${fence}${language}\n${code}\n${fence}\n`

describe('the blocks of a guide', () => {
  it('are files of its project, by the comment of their first line', () => {
    for (const [comment, path] of [
      ['// a/b.task.ts', 'a/b.task.ts'],
      ['# a/b.task.yaml', 'a/b.task.yaml'],
      ['-- a.sql', 'a.sql'],
    ]) {
      const [file] = guideBlocks(block('x', `${comment}\nrest`))
      assert.deepEqual(file, { kind: 'file', line: 4, path, text: `${comment}\nrest\n` })
    }
  })

  it('of JSON lose that comment', () => {
    assert.deepEqual(guideBlocks(block('jsonc', '// package.json\n{}')), [
      { kind: 'file', line: 4, path: 'package.json', text: '{}\n' },
    ])
  })

  it('are commands with what they print, and their exit code', () => {
    const [commands] = guideBlocks(
      block('console', '$ one \\\n  more\nout 1\nout 2\n$ two   # exit code 2\n$ three &\n'),
    )
    const of = { expected: undefined, exitCode: 0, isBackground: false }
    assert.deepEqual(commands, {
      kind: 'commands',
      commands: [
        { ...of, line: 4, text: 'one \\\n  more', expected: 'out 1\nout 2' },
        { ...of, line: 8, text: 'two   # exit code 2', exitCode: 2 },
        { ...of, line: 9, text: 'three &', isBackground: true },
      ],
    })
  })

  it('are only shown where they are text, and refused where nobody could try them', () => {
    assert.deepEqual(guideBlocks(block('text', 'anything')), [])
    assert.throws(() => guideBlocks(block('ts', 'const a = 1')), /line 4: .* does not name its file/)
    assert.throws(() => guideBlocks(block('console', 'no dollar')), /line 4: a console block begins with/)
  })
})

describe('what a document shows as output', () => {
  it('is compared line by line', () => {
    assert(showsOutput('a\nb', '\na  \nb\n\n'))
    assert(!showsOutput('a', 'a\nb\n'))
    assert(!showsOutput('a.c', 'abc\n'))
  })

  it('leaves open what … stands for, in a line and for lines', () => {
    assert(showsOutput('took … ms', 'took 12 ms\n'))
    assert(!showsOutput('took … ms', 'took\n12 ms\n'))
    assert(showsOutput('a\n…\nz', 'a\nz\n'))
    assert(showsOutput('a\n…\nz', 'a\nb\nc\nz\n'))
    assert(!showsOutput('a\n…\nz', 'a\nb\n'))
  })
})
