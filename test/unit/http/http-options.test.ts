import assert from 'node:assert/strict'
import { HttpOptionsError, httpStep, isPermanentError } from '../../../core/index.js'

const refuses = (options: object, message: RegExp) =>
  assert.throws(
    () => httpStep(options as never),
    (error: Error) => {
      assert(error instanceof HttpOptionsError)
      assert(isPermanentError(error))
      assert.match(error.message, message)
      return true
    },
  )

describe('the options of an HTTP step', () => {
  const url = 'https://a.example'

  it('may be any of those that there are', () => {
    httpStep({
      url: new URL(url),
      query: { a: [1, 2] },
      headers: () => ({ a: 'b' }),
      method: 'post',
      body: null,
      secrets: ['x'],
      idempotencyKey: 'X-Key',
      tls: { rejectUnauthorized: false },
      timeoutMs: 1,
      statuses: { 404: 'success', '5xx': 'permanent' },
      retryAfter: { statuses: [503], minMs: 0, maxMs: 10 },
      maxResponseBytes: 10,
      keepHeaders: ['x-total-count'],
      results: ({ status }) => status,
    })
    httpStep({ url: () => url, retryAfter: false, timeoutMs: undefined } as never)
  })

  it('are refused at once where they are wrong, with what was expected', () => {
    refuses({}, /cannot have this url\. Expected an absolute URL.*Received nothing/)
    refuses({ url, timeOutMs: 5 }, /option "timeOutMs"\. .*Did you mean "timeoutMs"\?/)
    refuses({ url, timeoutMs: 0 }, /this timeoutMs\. Expected milliseconds.*Received 0/)
    refuses({ url, timeoutMs: 2 ** 31 }, /this timeoutMs/)
    refuses({ url, statuses: { 600: 'success' } }, /this statuses/)
    refuses({ url, statuses: { 404: 'ignore' } }, /this statuses\.404\. Expected success, retryable, permanent/)
    refuses({ url, retryAfter: true }, /this retryAfter/)
    refuses({ url, retryAfter: { max: 5 } }, /this retryAfter\.max/)
    refuses({ url, method: 'GET /' }, /this method/)
    refuses({ url, headers: 'authorization: secret-value' }, /this headers\. .*Received a text of 27 characters/)
    refuses({ url, idempotencyKey: 'two words' }, /this idempotencyKey/)
    refuses({ url, body: 1, results: 'all' }, /this results/)
  })
})
