import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import { camelCase, kebabCase, member, quoted } from '../../../../core/cli/scaffold/generate/identifiers.js'

describe('cli: names in generated code', () => {
  it('are words with hyphens in files, and joined in code', () => {
    for (const name of ['process_order', 'process-order', 'processOrder', 'ProcessOrder']) {
      assert.equal(kebabCase(name), 'process-order')
      assert.equal(camelCase(name, 'task'), 'processOrder')
    }
  })

  it('are no words of the language, and none that the generated files use', () => {
    assert.equal(camelCase('delete', 'step'), 'deleteStep')
    assert.equal(camelCase('define_task', 'task'), 'defineTaskTask')
    assert.equal(camelCase('test', 'subscriber'), 'testSubscriber')
  })

  it('are quoted where they have to be', () => {
    assert.equal(member('load'), '.load')
    assert.equal(member('take-back'), "['take-back']")
  })

  it('stand in texts that mean the same when they are read', () => {
    for (const text of [
      'plain',
      "it's",
      'a "word"',
      `it's a "word"`,
      'back\\slash',
      'back\\"slash',
      'line\nbreak',
      'nul\u0000',
      '\u2028',
    ]) {
      assert.equal(runInNewContext(quoted(text)), text)
    }
    assert.equal(quoted("it's"), `"it's"`)
    assert.equal(quoted('a "word"'), `'a "word"'`)
  })
})
