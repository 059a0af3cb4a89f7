import assert from 'node:assert/strict'
import {
  collectKeyValue,
  collectList,
  parseChoice,
  parseDuration,
  parseInteger,
  parseMoment,
  parseStates,
} from '../../../core/cli/option-parsers.js'

describe('cli: option parsers', () => {
  it('read durations with a unit, and bare numbers as milliseconds', () => {
    const texts = ['500ms', '30s', '1.5m', '2h', '1d', '250']
    assert.deepEqual(
      texts.map((text) => parseDuration('--timeout', text)),
      [500, 30_000, 90_000, 7_200_000, 86_400_000, 250],
    )
  })

  it('refuse what is no duration, naming the option', () => {
    for (const text of ['', 'soon', '-5s', '0', '3 weeks']) {
      assert.throws(
        () => parseDuration('--timeout', text),
        { code: 'INVALID_ARGUMENT', message: /--timeout.*30s/ },
        text,
      )
    }
  })

  it('read moments as dates or as how long ago', () => {
    const now = Date.parse('2026-03-01T10:00:00Z')
    assert.equal(parseMoment('--since', '2026-02-28', now), '2026-02-28T00:00:00.000Z')
    assert.equal(parseMoment('--since', '2h', now), '2026-03-01T08:00:00.000Z')
  })

  it('refuse what is no moment, also a bare number, which could mean anything', () => {
    for (const text of ['yesterday', '5', '2026-13-45', '']) {
      assert.throws(() => parseMoment('--since', text), { code: 'INVALID_ARGUMENT' }, text)
    }
  })

  it('read whole numbers within their limit only', () => {
    assert.equal(parseInteger('--priority', '-3'), -3)
    assert.equal(parseInteger('--limit', '10', 1), 10)
    for (const text of ['0', '1.5', 'ten', '1e3']) {
      assert.throws(() => parseInteger('--limit', text, 1), { code: 'INVALID_ARGUMENT' }, text)
    }
  })

  it('collect lists over commas and repetitions', () => {
    assert.deepEqual(collectList('c', collectList('a, b,')), ['a', 'b', 'c'])
  })

  it('refuse unknown states with the nearest one', () => {
    assert.deepEqual(parseStates('--state', 'error,complete'), ['error', 'complete'])
    assert.throws(() => parseStates('--state', 'completed'), {
      code: 'UNKNOWN_CHOICE',
      message: /Did you mean "complete"\?/,
    })
  })

  it('refuse a word that is none of the choices', () => {
    assert.equal(parseChoice('--format', 'dot', ['text', 'dot']), 'dot')
    assert.throws(() => parseChoice('--format', 'png', ['text', 'dot']), { message: /one of text, dot/ })
  })

  it('read the values of key=value as JSON where they are, else as text', () => {
    const first = collectKeyValue('--option', 'indent=2')
    assert.deepEqual(collectKeyValue('--option', 'delimiter=;', first), { indent: 2, delimiter: ';' })
    assert.deepEqual(collectKeyValue('--option', 'a=b=c'), { a: 'b=c' })
    assert.throws(() => collectKeyValue('--option', '=2'), { code: 'INVALID_ARGUMENT' })
    assert.throws(() => collectKeyValue('--option', 'indent'), { code: 'INVALID_ARGUMENT' })
  })
})
