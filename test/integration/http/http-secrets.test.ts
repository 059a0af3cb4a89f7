import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { type HttpStepOptions, httpStep, type StepContext } from '../../../core/index.js'
import { errorOf, httpAttempt } from './http-attempt.js'
import { type LocalServer, openServer, sendJson } from './local-server.js'

const secrets = {
  bearer: 'bearer-token-0001',
  apiKey: 'api-key-value-0002',
  password: 'pass/word:0003',
  query: 'query-token-0004',
  body: 'client-secret-0005',
  path: 'hook+path/0006',
  cookie: 'session-value-0007',
}

const request = (server: LocalServer): HttpStepOptions<StepContext> => ({
  url: `${server.url.replace('://', `://user:${encodeURIComponent(secrets.password)}@`)}/hooks/${encodeURIComponent(secrets.path)}`,
  query: { access_token: secrets.query, page: 1 },
  headers: { 'x-api-key': secrets.apiKey, cookie: `sid=${secrets.cookie}; theme=dark` },
  body: { client_secret: secrets.body, amount: 5 },
  secrets: [secrets.path],
})

/** Everything of a value that anybody could print, members that are not enumerable and causes included. */
const allOf = (value: unknown) => inspect(value, { depth: 20, showHidden: true, maxStringLength: null })

function assertClean(value: unknown) {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(`user:${secret}`).toString('base64')]) {
      assert(!allOf(value).includes(spelling), `${name} is in ${allOf(value)}`)
    }
  }
}

/** A server that quotes all that it was sent. */
const openEcho = (status: number) =>
  openServer((response, { target, headers, body }) => {
    const { 'content-length': _length, connection: _connection, 'transfer-encoding': _encoding, ...rest } = headers
    sendJson(
      response,
      status,
      { target, headers: rest, body, tokens: { [secrets.apiKey]: true } },
      {
        'set-cookie': `sid=${secrets.cookie}`,
        'x-auth-token': secrets.bearer,
        'x-request-id': `for ${secrets.apiKey}`,
      },
    )
  })

describe('the secrets of an HTTP step', () => {
  it('reach the server', async () => {
    await using server = await openEcho(200)
    await httpStep(request(server))(httpAttempt())
    const [received] = server.requests
    assert.equal(received?.headers.authorization, `Basic ${Buffer.from(`user:${secrets.password}`).toString('base64')}`)
    assert.equal(received.headers['x-api-key'], secrets.apiKey)
    assert(received.target.includes(secrets.query))
    assert.equal(JSON.parse(received.body).client_secret, secrets.body)
  })

  it('are not in its results, even of a server that quotes the request', async () => {
    await using server = await openEcho(200)
    const options = { ...request(server), keepHeaders: ['set-cookie', 'x-auth-token'] }
    const results = await httpStep(options)(httpAttempt())
    assertClean(results)
    assert.equal(results.headers['x-request-id'], 'for [FILTERED]')
    assert.match(String((results.body as { target: string }).target), /page=1/)
    assert.deepEqual(
      Object.keys(results.headers).filter((name) => /cookie|token/.test(name)),
      [],
    )
  })

  it('are in no error, whatever the status', async () => {
    for (const status of [302, 400, 401, 429, 500, 503]) {
      await using server = await openEcho(status)
      const error = await errorOf(httpStep(request(server))(httpAttempt()))
      assertClean(error)
      assert.match(error.message, new RegExp(`was answered with ${status}: \\{"target":`))
    }
  })

  it('are in no error of a server that is not there, does not answer, or does not speak HTTP', async () => {
    await using server = await openServer(() => {})
    assertClean(await errorOf(httpStep({ ...request(server), timeoutMs: 50 })(httpAttempt())))
    await using noHttp = await openServer((response, { headers }) => {
      response.socket!.end(`${headers['x-api-key']}: ${headers.cookie}\r\n\r\n`)
    })
    assertClean(await errorOf(httpStep(request(noHttp))(httpAttempt())))
    const gone = await openServer(() => {})
    await gone[Symbol.asyncDispose]()
    assertClean(await errorOf(httpStep(request(gone))(httpAttempt())))
  })

  it('are in no error about the request itself', async () => {
    const wrong: object[] = [
      { url: `ftp://${secrets.bearer}.example` },
      { url: secrets.bearer },
      { url: 'http://a.example', headers: { authorization: `Bearer ${secrets.bearer}\nx` } },
      { url: 'http://a.example', headers: { [`${secrets.bearer} `]: 'x' } },
      { url: 'http://a.example', body: { token: secrets.body, big: 1n } },
    ]
    for (const options of wrong) {
      const error = await errorOf(httpStep(options as HttpStepOptions)(httpAttempt()))
      assert.equal(error.code, 'HTTP_OPTIONS_INVALID')
      assertClean(error)
    }
  })

  it('are masked by their keys in what a refusal says', async () => {
    await using server = await openServer((response) => {
      sendJson(response, 400, { reason: 'no', password: 'somebody-elses', list: [{ api_key: 'k' }] })
    })
    const error = await errorOf(httpStep({ url: server.url })(httpAttempt()))
    assert.match(error.message, /"reason":"no","password":"\[FILTERED\]","list":\[\{"api_key":"\[FILTERED\]"\}\]/)
  })
})
