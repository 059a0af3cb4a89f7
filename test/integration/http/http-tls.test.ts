import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpStep, isRetryableError } from '../../../core/index.js'
import { checkout } from '../../support/docs/generated-section.js'
import { errorOf, httpAttempt } from './http-attempt.js'
import { openServer, sendJson } from './local-server.js'

/** Of nobody, for localhost, valid for a hundred years. */
const read = (file: string) => readFileSync(join(checkout, 'test/fixtures/tls', file), 'utf8')
const cert = read('localhost.cert.pem')
const key = read('localhost.key.pem')

describe('an HTTP step over TLS', () => {
  const open = (more = {}) =>
    openServer(
      (response, { method, target, body }) => {
        if (target === '/hang') return
        if (target === '/half') {
          response.writeHead(200, { 'content-type': 'text/plain' }).write('some')
          return
        }
        if (target === '/empty') response.writeHead(204).end()
        else sendJson(response, target === '/busy' ? 503 : 200, { method, body }, { 'retry-after': '7' })
      },
      { cert, key, ...more },
    )

  it('refuses a server that nobody vouches for, and trusts one whose authority it is given', async () => {
    await using server = await open()
    const refused = await errorOf(httpStep({ url: server.url })(httpAttempt()))
    assert(isRetryableError(refused))
    assert.equal(refused.code, 'DEPTH_ZERO_SELF_SIGNED_CERT')
    const { status, body } = await httpStep({ url: server.url, body: { a: 1 }, tls: { ca: cert } })(httpAttempt())
    assert.equal(status, 200)
    assert.deepEqual(body, { method: 'POST', body: '{"a":1}' })
    assert.equal((await httpStep({ url: server.url, tls: { rejectUnauthorized: false } })(httpAttempt())).status, 200)
  })

  it('shows its own certificate where the server asks for one', async () => {
    await using server = await open({ requestCert: true, ca: cert })
    const withCertificate = { ca: cert, cert, key }
    assert.equal((await httpStep({ url: server.url, tls: () => withCertificate })(httpAttempt())).status, 200)
    const error = await errorOf(httpStep({ url: server.url, tls: { ca: cert } })(httpAttempt()))
    assert(isRetryableError(error))
    assert.match(error.message, /got no answer/)
  })

  it('is refused where the URL is without TLS', async () => {
    const error = await errorOf(httpStep({ url: 'http://127.0.0.1:9', tls: { ca: cert } })(httpAttempt()))
    assert.equal(error.code, 'HTTP_OPTIONS_INVALID')
  })

  it('keeps the other rules: statuses, Retry-After, empty bodies, time-outs, signals, connections', async () => {
    await using server = await open()
    const call = (path: string, more = {}, context = httpAttempt()) =>
      httpStep({ url: server.url + path, tls: { ca: cert }, ...more })(context)
    const busy = await errorOf(call('/busy'))
    assert.equal(busy.code, 'HTTP_503')
    assert.equal((busy as { retryAfterMs?: number }).retryAfterMs, 7_000)
    assert.equal((await call('/empty')).bodyForm, 'none')
    assert.equal((await call('/', { method: 'HEAD' })).bodyForm, 'none')
    for (let number = 0; number < 5; number += 1) await call('/')
    assert(server.connections <= 2, `${server.connections} connections`)
    assert.equal((await errorOf(call('/hang', { timeoutMs: 100 }))).code, 'ETIMEDOUT')
    assert.equal((await errorOf(call('/half', { timeoutMs: 100 }))).code, 'ETIMEDOUT')
    assert.equal((await errorOf(call('/', { maxResponseBytes: 5 }))).code, 'HTTP_BODY_TOO_LARGE')
    const controller = new AbortController()
    const hanging = errorOf(call('/hang', {}, httpAttempt({ signal: controller.signal })))
    const reason = new Error('cancelled')
    setTimeout(() => controller.abort(reason), 30)
    assert.equal(await hanging, reason)
  })
})
