import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type HttpStepOptions,
  httpStep,
  isPermanentError,
  isRetryableError,
  type RetryableError,
  type StepContext,
} from '../../../core/index.js'
import { errorOf, httpAttempt } from './http-attempt.js'
import { openServer, sendJson } from './local-server.js'

describe('an HTTP step', () => {
  it('sends what it is given, and what it computes from the context and the results', async () => {
    await using server = await openServer((response) => sendJson(response, 201, { id: 'c1' }))
    const step = httpStep({
      url: ({ context }) => `${server.url}/orders/${(context as { id: number }).id}?a=1`,
      query: ({ results }) => ({ page: 2, tags: ['x', 'y z'], none: undefined, ...(results as object) }),
      headers: () => ({ 'x-tenant': 'acme' }),
      body: ({ context }) => ({ order: context }),
    } satisfies HttpStepOptions<StepContext>)
    const results = await step(httpAttempt({ context: { id: 7 }, results: { load: true } }))
    const [request] = server.requests
    assert.equal(request?.method, 'POST')
    assert.equal(request.target, '/orders/7?a=1&page=2&tags=x&tags=y+z&load=true')
    assert.equal(request.headers['x-tenant'], 'acme')
    assert.equal(request.headers['content-type'], 'application/json')
    assert.equal(request.headers.accept, 'application/json')
    assert.deepEqual(JSON.parse(request.body), { order: { id: 7 } })
    assert.equal(results.status, 201)
    assert.equal(results.bodyForm, 'json')
    assert.deepEqual(results.body, { id: 'c1' })
  })

  it('carries the idempotency key where something changes, under another name or not at all if told so', async () => {
    await using server = await openServer((response) => sendJson(response, 200, {}))
    const url = server.url
    await httpStep({ url, method: 'delete' })(httpAttempt())
    await httpStep({ url })(httpAttempt())
    await httpStep({ url, body: 'x', idempotencyKey: 'X-Request-Key' })(httpAttempt())
    await httpStep({ url, body: 'x', idempotencyKey: false })(httpAttempt())
    await httpStep({ url, body: 'x', headers: { 'Idempotency-Key': 'mine' } })(httpAttempt())
    assert.deepEqual(
      server.requests.map(({ method, headers }) => [method, headers['idempotency-key'], headers['x-request-key']]),
      [
        ['DELETE', 'key-of-the-step', undefined],
        ['GET', undefined, undefined],
        ['POST', undefined, 'key-of-the-step'],
        ['POST', undefined, undefined],
        ['POST', 'mine', undefined],
      ],
    )
  })

  it('sends texts, bytes and forms as they are', async () => {
    await using server = await openServer((response) => sendJson(response, 200, {}))
    for (const body of ['plain', new Uint8Array([104, 105]), new URLSearchParams({ a: '1 2' })]) {
      await httpStep({ url: server.url, body })(httpAttempt())
    }
    assert.deepEqual(
      server.requests.map(({ body, headers }) => [body, headers['content-type']]),
      [
        ['plain', 'text/plain;charset=UTF-8'],
        ['hi', undefined],
        ['a=1+2', 'application/x-www-form-urlencoded;charset=UTF-8'],
      ],
    )
  })

  it('gives a body in the form that its content type says', async () => {
    const bodies: Record<string, [string, Buffer]> = {
      problem: ['application/problem+json', Buffer.from('{"a":1}')],
      latin: ['text/plain; charset=iso-8859-1', Buffer.from([0x66, 0xfc, 0x72])],
      picture: ['image/png', Buffer.from([0, 255, 1])],
      empty: ['application/json', Buffer.alloc(0)],
    }
    await using server = await openServer((response, { target }) => {
      const [type, body] = bodies[target.slice(1)]!
      response.writeHead(200, { 'content-type': type }).end(body)
    })
    const get = async (name: string) => {
      const { bodyForm, body } = await httpStep({ url: `${server.url}/${name}` })(httpAttempt())
      return [bodyForm, body]
    }
    assert.deepEqual(await get('problem'), ['json', { a: 1 }])
    assert.deepEqual(await get('latin'), ['text', 'für'])
    assert.deepEqual(await get('picture'), ['base64', 'AP8B'])
    assert.deepEqual(await get('empty'), ['none', null])
  })

  it('stores what `results` makes of the response', async () => {
    await using server = await openServer((response) => sendJson(response, 200, { id: 'c1', rest: 'x' }))
    const step = httpStep({ url: server.url, results: async ({ body }) => ({ id: (body as { id: string }).id }) })
    assert.deepEqual(await step(httpAttempt()), { id: 'c1' })
  })

  it('makes of each status what the table says', async () => {
    await using server = await openServer((response, { target }) => {
      response.writeHead(Number(target.slice(1))).end()
    })
    const outcomeOf = async (status: number) => {
      const error = await httpStep({ url: `${server.url}/${status}` })(httpAttempt()).then(
        () => undefined,
        (thrown: unknown) => thrown as RetryableError,
      )
      if (error === undefined) return 'success'
      assert.equal(error.code, `HTTP_${status}`)
      return isPermanentError(error) ? 'permanent' : isRetryableError(error) ? 'retryable' : 'other'
    }
    const found: Record<string, number[]> = {}
    for (const status of [200, 201, 204, 226, 301, 304, 400, 401, 403, 404, 405, 409, 422, 429, 500, 502, 503]) {
      const outcome = await outcomeOf(status)
      found[outcome] = [...(found[outcome] ?? []), status]
    }
    assert.deepEqual(found, {
      success: [200, 201, 204, 226],
      retryable: [301, 304, 405, 409, 429, 500, 502, 503],
      permanent: [400, 401, 403, 404, 422],
    })
  })

  it('takes other statuses for a success, or for the end, where it is told so', async () => {
    await using server = await openServer((response, { target }) =>
      sendJson(response, Number(target.slice(1)), { there: false }),
    )
    const get = (status: number) =>
      httpStep({ url: `${server.url}/${status}`, statuses: { 404: 'success', '5xx': 'permanent' } })(httpAttempt())
    assert.deepEqual((await get(404)).body, { there: false })
    assert(isPermanentError(await errorOf(get(503))))
  })

  it('heeds Retry-After in seconds and as a date, of 429 and 503 only', async () => {
    const inTwoMinutes = new Date(Date.now() + 120_000).toUTCString()
    await using server = await openServer((response, { target }) => {
      const [, status, value] = target.split('/')
      response.writeHead(Number(status), { 'retry-after': decodeURIComponent(value!) }).end()
    })
    const delayOf = async (status: number, value: string, options = {}) => {
      const url = `${server.url}/${status}/${encodeURIComponent(value)}`
      return ((await errorOf(httpStep({ url, ...options })(httpAttempt()))) as RetryableError).retryAfterMs
    }
    assert.equal(await delayOf(429, '90'), 90_000)
    const byDate = (await delayOf(503, inTwoMinutes))!
    assert(byDate >= 117_000 && byDate <= 121_000, `${byDate}`)
    assert.equal(await delayOf(503, 'Wed, 21 Oct 2015 07:28:00 GMT'), 1_000)
    assert.equal(await delayOf(503, 'soon'), undefined)
    assert.equal(await delayOf(500, '90'), undefined)
    assert.equal(await delayOf(500, '90', { retryAfter: { statuses: [500] } }), 90_000)
    assert.equal(await delayOf(429, '90', { retryAfter: { maxMs: 5_000 } }), 5_000)
    assert.equal(await delayOf(429, '90', { retryAfter: false }), undefined)
  })

  it('gives up after its time-out, also in the middle of a body, and is retried', async () => {
    await using server = await openServer((response, { target }) => {
      if (target === '/body') response.writeHead(200, { 'content-type': 'text/plain' }).write('some')
    })
    for (const path of ['/headers', '/body']) {
      const error = await errorOf(httpStep({ url: server.url + path, timeoutMs: 100 })(httpAttempt()))
      assert(isRetryableError(error))
      assert.equal(error.code, 'ETIMEDOUT')
      assert.match(error.message, /^GET http:\/\/127\.0\.0\.1:\d+\/\w+ was not answered completely within 100 ms/)
    }
  })

  it('ends at once, with the reason of the signal, where the step is cancelled', async () => {
    await using server = await openServer(() => {})
    const controller = new AbortController()
    const call = errorOf(httpStep({ url: server.url })(httpAttempt({ signal: controller.signal })))
    while (server.requests.length === 0) await sleep(5)
    const reason = new Error('a person cancelled it')
    controller.abort(reason)
    assert.equal(await call, reason)
  })

  it('is retried, with the code of the system, where nobody answers', async () => {
    const server = await openServer(() => {})
    await server[Symbol.asyncDispose]()
    const error = await errorOf(httpStep({ url: `${server.url}/a?token=sesame-sesame` })(httpAttempt()))
    assert(isRetryableError(error))
    assert.equal(error.code, 'ECONNREFUSED')
    assert.match(error.message, /^GET http:\/\/127\.0\.0\.1:\d+\/a got no answer: .*ECONNREFUSED/)
  })

  it('ends the step where a body is larger than it may be, and retries one that is not the JSON it says', async () => {
    await using server = await openServer((response, { target }) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(target === '/cut' ? '{"a":' : '"1234567890"')
    })
    const large = await errorOf(httpStep({ url: server.url, maxResponseBytes: 10 })(httpAttempt()))
    assert(isPermanentError(large))
    assert.equal(large.code, 'HTTP_BODY_TOO_LARGE')
    const cut = await errorOf(httpStep({ url: `${server.url}/cut` })(httpAttempt()))
    assert(isRetryableError(cut))
    assert.equal(cut.code, 'HTTP_BODY_INVALID')
    assert.equal((await httpStep({ url: server.url, maxResponseBytes: 12 })(httpAttempt())).body, '1234567890')
  })

  it('follows no redirect, and says where it would have led', async () => {
    await using server = await openServer((response) => {
      response.writeHead(302, { location: 'https://elsewhere.example/in?token=abc&x=1' }).end()
    })
    const error = await errorOf(httpStep({ url: server.url })(httpAttempt()))
    assert.equal(server.requests.length, 1)
    assert.match(
      error.message,
      /leads to https:\/\/elsewhere\.example\/in\?token=\[FILTERED\]&x=1 and is not followed$/,
    )
  })

  it('uses a connection again, whatever came back on it', async () => {
    await using server = await openServer((response, _request, number) => {
      sendJson(response, number % 2 === 0 ? 500 : 200, { text: 'x'.repeat(2_000) })
    })
    for (let call = 0; call < 10; call += 1) {
      await httpStep({ url: server.url })(httpAttempt()).catch(() => {})
    }
    assert.equal(server.requests.length, 10)
    // The next request may come a moment before the connection is free again: the pool then has two.
    assert(server.connections <= 2, `${server.connections} connections`)
  })
})
