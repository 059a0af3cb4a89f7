import assert from 'node:assert/strict'
import { fillTemplate, fillUrl } from '../../../core/http/fill-template.js'
import { HttpOptionsError } from '../../../core/index.js'

/** A variable, as it stands in a template. */
const variable = (name: string) => `\${${name}}`

describe('a template of an HTTP request', () => {
  const seen: string[] = []
  const data = {
    values: {
      context: { id: 7, tag: 'a/b c', list: [1], dots: '..', trick: `{{context.id}} ${variable('KEY')}` },
      results: { load: { ok: true } },
    },
    variables: { KEY: 'k-{{context.id}}', EMPTY: '' },
    onVariable: (value: string) => seen.push(value),
  }

  it('gives the value itself where a text is one placeholder, and writes it out in a longer one', () => {
    assert.deepEqual(
      fillTemplate({ a: '{{context.list}}', b: ['{{ results.load.ok }}', 'n{{context.id}}'], c: 5 }, data, 'body'),
      {
        a: [1],
        b: [true, 'n7'],
        c: 5,
      },
    )
    assert.equal(fillTemplate('{{other.x}} { {', data, 'body'), '{{other.x}} { {')
  })

  it('fills variables in, tells their values, and fills nothing in what was filled in', () => {
    assert.equal(
      fillTemplate(`Bearer ${variable('KEY')}${variable('EMPTY:-x')}`, data, 'headers.a'),
      'Bearer k-{{context.id}}x',
    )
    assert.deepEqual(seen, ['k-{{context.id}}'])
    assert.equal(fillTemplate('{{context.trick}}', data, 'body'), data.values.context.trick)
    assert.equal(fillTemplate('{{context.trick}}!', data, 'body'), `${data.values.context.trick}!`)
  })

  it('escapes what goes into a URL, and refuses what would lead out of its path', () => {
    assert.equal(fillUrl('https://a.example/{{context.tag}}?x={{context.id}}', data), 'https://a.example/a%2Fb%20c?x=7')
    assert.throws(() => fillUrl('https://a.example/{{context.dots}}/b', data), HttpOptionsError)
  })

  it('says what is missing, and where', () => {
    assert.throws(
      () => fillTemplate({ a: ['{{context.nope}}'] }, data, 'body'),
      /this body\.a\[0\]\. Expected a value at context\.nope/,
    )
    assert.throws(() => fillTemplate('{{context.toString}}', data, 'body'), HttpOptionsError)
    assert.throws(
      () => fillTemplate('x{{context.list}}', data, 'body'),
      /a text, a number or a boolean at context\.list/,
    )
    assert.throws(
      () => fillTemplate(variable('NOPE'), data, 'headers.a'),
      /the environment variable NOPE.*write a default/,
    )
  })
})
