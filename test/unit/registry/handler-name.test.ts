import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  formatHandlerName,
  isExactVersion,
  isHandlerPart,
  parseHandlerName,
} from '../../../core/registry/handler-name.js'

describe('The written name of a handler', () => {
  const readings: Record<string, object> = {
    'payments.refund@2.1.0': { namespace: 'payments', name: 'refund', version: '2.1.0' },
    'payments/refund@2.1.0': { namespace: 'payments', name: 'refund', version: '2.1.0' },
    'payments/refund@^2': { namespace: 'payments', name: 'refund', version: '^2' },
    'payments.refund@>=1.2 <3': { namespace: 'payments', name: 'refund', version: '>=1.2 <3' },
    'payments/refund': { namespace: 'payments', name: 'refund' },
    'payments.refund': { namespace: 'payments', name: 'refund' },
    refund: { namespace: 'default', name: 'refund' },
    'refund@1.0.0-beta.1': { namespace: 'default', name: 'refund', version: '1.0.0-beta.1' },
  }
  for (const [text, reading] of Object.entries(readings)) {
    it(`reads ${text}`, () => assert.deepEqual(parseHandlerName(text), reading))
  }

  const unreadable: Record<string, RegExp> = {
    '': /its name must be a text/,
    '/refund': /its namespace must be/,
    'payments/': /its name must be/,
    'a.b.c': /more than a namespace and a name/,
    'a/b/c@1.0.0': /more than a namespace and a name/,
    'payments/refund.now': /its name must be/,
    'pay ments.refund': /its namespace must be/,
    'refund@': /nothing follows the "@"/,
    'refund@newest': /"newest" is neither a version nor a semver range/,
  }
  for (const [text, message] of Object.entries(unreadable)) {
    it(`refuses "${text}" with the forms that there are`, () => {
      assert.throws(() => parseHandlerName(text), { code: 'INVALID_HANDLER_NAME', message })
      assert.throws(() => parseHandlerName(text), /payments\/refund@\^2/)
    })
  }

  it('reads what it writes', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter(isHandlerPart)
    const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((numbers) => numbers.join('.'))
    fc.assert(
      fc.property(part, part, version, (namespace, name, version) => {
        const parts = { namespace, name, version }
        assert.deepEqual(parseHandlerName(formatHandlerName(parts)), parts)
        assert.deepEqual(parseHandlerName(`${namespace}/${name}@${version}`), parts)
      }),
    )
  })

  it('takes as exact what is written as semver writes it', () => {
    for (const version of ['0.1.0', '1.0.0-beta.1', '1.0.0+build.7', '1.0.0-rc.1+b']) {
      assert.equal(isExactVersion(version), true, version)
    }
    for (const version of ['v1.0.0', '1.0', '^1.0.0', ' 1.0.0', '01.0.0', '', 1, undefined]) {
      assert.equal(isExactVersion(version), false, String(version))
    }
  })
})
