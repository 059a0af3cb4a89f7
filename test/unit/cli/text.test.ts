import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import { errorText } from '../../../core/cli/error-text.js'
import { painter } from '../../../core/cli/paint.js'
import { oneLine, textPairs, textTable } from '../../../core/cli/text-table.js'
import { bytesText, dueText, durationText, elapsedText } from '../../../core/cli/time-text.js'
import { ContextInvalidError } from '../../../core/errors/task-errors.js'

const plain = painter(false)
const coloured = painter(true)

describe('cli: text', () => {
  it('aligns columns by what is seen, not by the codes of colours', () => {
    const rows = [
      ['a', coloured('green', 'complete'), 'x'],
      ['longer', coloured('red', 'error'), 'y'],
    ]
    const lines = textTable(['ID', 'STATE', 'DETAIL'], rows, { paint: plain }).split('\n')
    const seen = lines.map((line) => stripVTControlCharacters(line))
    assert.deepEqual(seen, ['ID      STATE     DETAIL', 'a       complete  x', 'longer  error     y'])
  })

  it('cuts lines to the width of the terminal and ends the colour that was cut', () => {
    const table = textTable(['A'], [[coloured('red', 'abcdefghij')]], { paint: plain, width: 6 })
    assert.equal(table.split('\n')[1], '\u001b[31mabcde…\u001b[0m')
  })

  it('leaves a line that just fits as it is', () => {
    assert.equal(textTable(['A'], [['abcdef']], { paint: plain, width: 6 }).split('\n')[1], 'abcdef')
  })

  it('leaves out columns in which nothing stands', () => {
    const table = textTable(
      ['A', 'B', 'C'],
      [
        ['1', '', '2'],
        ['3', '', ''],
      ],
      { paint: plain },
    )
    assert.equal(table, 'A  C\n1  2\n3')
  })

  it('leaves out pairs without a value', () => {
    const text = textPairs(
      [
        ['id', '1'],
        ['reason', undefined],
        ['detail', ''],
        ['context', '{}'],
      ],
      { paint: plain },
    )
    assert.equal(text, 'id       1\ncontext  {}')
  })

  it('lets no line break and no escape sequence of others through, but our colours', () => {
    assert.equal(oneLine('a\n\tb\u001b[2Jc'), 'a b[2Jc')
    assert.equal(oneLine(coloured('red', 'x')), '\u001b[31mx\u001b[0m')
  })

  it('says durations in the unit in which they are read', () => {
    const texts = [0, 340, 2_400, 42_000, 65_000, 3_720_000, 273_600_000].map(durationText)
    assert.deepEqual(texts, ['0ms', '340ms', '2.4s', '42s', '1m 05s', '1h 02m', '3d 04h'])
  })

  it('says how long something took, or has been running, but not how long ago it failed', () => {
    const now = Date.parse('2026-03-01T10:00:10Z')
    const startedAt = '2026-03-01T10:00:00Z'
    assert.equal(elapsedText({ state: 'in_progress', startedAt, completedAt: null }, now), '10s')
    assert.equal(elapsedText({ state: 'complete', startedAt, completedAt: '2026-03-01T10:00:02Z' }, now), '2.0s')
    assert.equal(elapsedText({ state: 'error', startedAt, completedAt: null }, now), '')
    assert.equal(elapsedText({ state: 'pending', startedAt: null, completedAt: null }, now), '')
  })

  it('says when something is due', () => {
    const now = Date.parse('2026-03-01T10:00:00Z')
    assert.equal(dueText('2026-03-01T10:00:04Z', now), 'due in 4.0s')
    assert.equal(dueText('2026-03-01T09:59:59Z', now), 'due now')
  })

  it('says sizes', () => {
    assert.deepEqual([120, 34_500, 999_950, 2_100_000].map(bytesText), ['120 B', '34.5 kB', '1.0 MB', '2.1 MB'])
  })

  it('says an error in one message, and with --verbose where it comes from', () => {
    const error = new ContextInvalidError('a.b@1.0.0', [{ path: 'orderId', message: 'must be integer' }])
    const short = errorText(error, { verbose: false, paint: plain })
    assert.match(short, /^error: The context for a\.b@1\.0\.0 .*\n {2}orderId: must be integer\nCorrect the context/)
    assert.doesNotMatch(short, /\bat .*\.js/)
    const long = errorText(error, { verbose: true, paint: plain })
    assert.match(long, /code: CONTEXT_INVALID/)
    assert.match(long, /\n\s+at /)
  })

  it('offers --verbose for an error that nobody foresaw', () => {
    assert.match(errorText(new Error('boom'), { verbose: false, paint: plain }), /^error: boom\n.*--verbose/)
  })
})
