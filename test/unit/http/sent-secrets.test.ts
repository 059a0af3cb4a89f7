import assert from 'node:assert/strict'
import { isSecretHeader, isSecretParameter, SentSecrets } from '../../../core/http/sent-secrets.js'

describe('the secrets of a request', () => {
  it('are told by the names of headers and parameters', () => {
    const secret = [
      'Authorization',
      'Proxy-Authorization',
      'Cookie',
      'X-Api-Key',
      'apikey',
      'X-Auth-Token',
      'X-Signature',
    ]
    const open = ['Idempotency-Key', 'Accept', 'Content-Type', 'X-Request-Id', 'X-Tenant', 'Author']
    assert.deepEqual(
      secret.filter((name) => !isSecretHeader(name)),
      [],
    )
    assert.deepEqual(open.filter(isSecretHeader), [])
    assert.deepEqual(
      ['access_token', 'sig', 'code', 'apiKey', 'password'].filter((name) => !isSecretParameter(name)),
      [],
    )
    assert.deepEqual(['page', 'design', 'country_code', 'keyword'].filter(isSecretParameter), [])
  })

  it('are found in the parts of headers: after the scheme, in Basic, in each cookie', () => {
    const secrets = new SentSecrets()
    secrets.addHeader('Authorization', `Basic ${Buffer.from('user:long-password').toString('base64')}`)
    secrets.addHeader('Cookie', 'theme=dark; sid=session-0001')
    secrets.addHeader('X-Token', 'token-000001')
    secrets.addHeader('X-Tenant', 'tenant-of-all')
    assert.equal(
      secrets.redactText('long-password session-0001 token-000001 dark tenant-of-all'),
      '[FILTERED] [FILTERED] [FILTERED] dark tenant-of-all',
    )
  })

  it('are masked the longest first, in their encodings, in keys and values; short ones only where they were named', () => {
    const secrets = new SentSecrets()
    for (const value of ['abcdefgh', 'abcdefgh-more', 'with/slash+1']) secrets.addImplied(value)
    secrets.addImplied('prod')
    secrets.add('pin1')
    assert.equal(
      secrets.redactText('abcdefgh-more with%2Fslash%2B1 product pin1'),
      '[FILTERED] [FILTERED] product [FILTERED]',
    )
    assert.deepEqual(secrets.redact({ abcdefgh: ['with/slash+1', 1, null], rest: true }), {
      '[FILTERED]': ['[FILTERED]', 1, null],
      rest: true,
    })
  })

  it('may hold any character', () => {
    const secrets = new SentSecrets()
    for (const value of ['a.b*c+[x]$^{1}|(\\)/?', '\ud800half', '']) secrets.add(value)
    assert.equal(secrets.redactText('a.b*c+[x]$^{1}|(\\)/? aXb*c \ud800half'), '[FILTERED] aXb*c [FILTERED]')
  })

  it('leave a URL without user, password and secret parameters, and other texts alone', () => {
    const secrets = new SentSecrets()
    assert.equal(
      secrets.redactUrl('https://me:pw@a.example/x?page=1&token=t#access_token=u'),
      'https://a.example/x?page=1&token=[FILTERED]#access_token=[FILTERED]',
    )
    assert.equal(secrets.redactUrl('/next?%74oken=t'), '/next?%74oken=[FILTERED]')
    assert.equal(secrets.redactUrl('text/html; a=1'), 'text/html; a=1')
  })
})
