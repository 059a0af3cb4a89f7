import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import { defineTask, type HttpResults, HttpStepHandler, httpStep, type StepContext } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { openServer, sendJson } from './local-server.js'

const token = 'worker-token-of-this-test'

class ChargeStep extends HttpStepHandler {
  override request({ context, handlerConfig }: StepContext) {
    return { body: { order: (context as { orderId: number }).orderId, currency: handlerConfig.currency as string } }
  }

  override results({ body }: HttpResults) {
    return { chargeId: (body as { id: string }).id }
  }
}

describe('a task with HTTP steps', () => {
  it('passes typed context and results on, and stores the responses', async () => {
    await using server = await openServer((response, { target }) => sendJson(response, 200, { at: target }))
    const task = defineTask({ name: 'calls', context: Type.Object({ orderId: Type.Integer() }) })
      .step('load', httpStep({ url: ({ context }) => `${server.url}/orders/${context.orderId.toFixed(0)}` }))
      .step(
        'charge',
        { dependsOn: ['load'] },
        httpStep({
          url: `${server.url}/charges`,
          body: ({ context, results }) => ({ order: context.orderId, loaded: results.load.status.toFixed(0) }),
          results: ({ status }) => ({ wasCharged: status === 200 }),
        }),
      )
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task, { orderId: 7 })
    assert.equal(run.state, 'complete')
    const wasCharged: boolean = run.steps.charge.results.wasCharged
    assert.equal(wasCharged, true)
    assert.deepEqual(run.steps.load.results.body, { at: '/orders/7' })
    assert.equal(server.requests[1]?.body, '{"order":7,"loaded":"200"}')
  })

  it('is tried again when the server wants it, with the same idempotency key, and ends where it says no', async () => {
    const sentAt: number[] = []
    await using server = await openServer((response, _request, number) => {
      sentAt.push(t.clock.now())
      if (number === 1) sendJson(response, 429, {}, { 'retry-after': '120' })
      else if (number === 2) sendJson(response, 500, {})
      else sendJson(response, 422, { reason: 'the card is blocked' })
    })
    const task = defineTask({ name: 'calls' }).step(
      'charge',
      { retry: { limit: 10 } },
      httpStep({ url: server.url, body: {} }),
    )
    await using t = await openTestTasker({ handlers: [task], backoff: { delaysMs: [5_000, 5_000], jitter: 0 } })
    const run = await t.run(task)
    assert.equal(run.state, 'error')
    assert.equal(run.steps.charge.attempts, 3)
    assert.equal(run.steps.charge.error?.code, 'HTTP_422')
    assert.match(run.steps.charge.error.message, /was answered with 422: \{"reason":"the card is blocked"\}$/)
    assert.equal(sentAt[1]! - sentAt[0]!, 120_000)
    assert.equal(sentAt[2]! - sentAt[1]!, 5_000)
    assert.deepEqual(
      run.events.payloads('observability.step.backoff').map(({ delayMs, strategy }) => [delayMs, strategy]),
      [
        [120_000, 'server_requested'],
        [5_000, 'list'],
      ],
    )
    const keys = new Set(server.requests.map(({ headers }) => headers['idempotency-key']))
    assert.equal(keys.size, 1)
    assert.equal(typeof [...keys][0], 'string')
  })

  it('waits no longer than the longest backoff, whatever the server asks for', async () => {
    const sentAt: number[] = []
    await using server = await openServer((response, _request, number) => {
      sentAt.push(t.clock.now())
      if (number === 1) sendJson(response, 503, {}, { 'retry-after': '86400' })
      else sendJson(response, 200, {})
    })
    const task = defineTask({ name: 'calls' }).step('call', httpStep({ url: server.url }))
    await using t = await openTestTasker({ handlers: [task] })
    assert.equal((await t.run(task)).state, 'complete')
    assert.equal(sentAt[1]! - sentAt[0]!, 300_000)
  })

  it('is written in YAML, its secrets filled in when it runs, and not before', async () => {
    await using server = await openServer((response, { headers }) => {
      sendJson(response, 200, { id: 'c1', quoted: headers.authorization })
    })
    const task = parseTaskYaml(
      `
      name: calls
      step_templates:
        - name: load
          handler_class: HttpStepHandler
          handler_config:
            url: "\${SERVER}/orders/{{context.order.id}}"
            query: { detail: "{{context.detail}}" }
            headers: { authorization: "Bearer $\${HTTP_TEST_TOKEN}" }
            timeout_ms: 5000
            max_response_bytes: 10000
        - name: send
          depends_on_step: load
          handler_class: HttpStepHandler
          handler_config:
            url: "\${SERVER}/send"
            method: PUT
            body: { order: "{{context.order}}", note: "for {{results.load.body.id}}" }
            statuses: { 404: success, 5xx: permanent }
            retry_after: { max_ms: 60000 }
        - name: charge
          depends_on_step: send
          handler: ChargeStep
          handler_config: { url: "\${SERVER}/charges", currency: EUR }
      `,
      { handlers: { HttpStepHandler, ChargeStep }, variables: { SERVER: server.url } },
    )
    process.env.HTTP_TEST_TOKEN = token
    try {
      assert(!JSON.stringify(task.definition.steps).includes(token))
      await using t = await openTestTasker({ handlers: [task] })
      const context = { order: { id: 'a/../b' }, detail: true, orderId: 7 }
      const run = await t.run({ name: 'calls', context })
      assert.equal(run.state, 'complete', JSON.stringify(run.task.steps))
      assert.deepEqual(
        server.requests.map(({ method, target, body }) => [method, target, body]),
        [
          ['GET', '/orders/a%2F..%2Fb?detail=true', ''],
          ['PUT', '/send', '{"order":{"id":"a/../b"},"note":"for c1"}'],
          ['POST', '/charges', '{"order":7,"currency":"EUR"}'],
        ],
      )
      assert.equal(server.requests[0]?.headers.authorization, `Bearer ${token}`)
      const load = run.steps.load?.results as HttpResults
      assert.deepEqual(load.body, { id: 'c1', quoted: '[FILTERED]' })
      assert.deepEqual(run.steps.charge?.results, { chargeId: 'c1' })
    } finally {
      delete process.env.HTTP_TEST_TOKEN
    }
  })

  it('ends at once where its options cannot be right', async () => {
    const task = defineTask({ name: 'calls' }).step('call', {
      handler: HttpStepHandler,
      handlerConfig: { url: 'https://a.example', timeout: 5 },
    })
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.steps.call.attempts, 1)
    assert.equal(run.steps.call.error?.code, 'HTTP_OPTIONS_INVALID')
    assert.match(run.steps.call.error.message, /cannot have this option "timeout"/)
  })

  it('is cancelled while the server keeps it waiting', async () => {
    let isAborted = false
    const received = Promise.withResolvers<void>()
    await using server = await openServer((response) => {
      response.on('close', () => {
        isAborted = true
      })
      received.resolve()
    })
    const task = defineTask({ name: 'calls' }).step('call', httpStep({ url: server.url, timeoutMs: 60_000 }))
    await using t = await openTestTasker({ handlers: [task], clock: 'system' })
    const { id } = await t.tasks.create({ name: 'calls' })
    await received.promise
    await t.tasks.cancel(id, { reason: 'not wanted' })
    assert.equal((await t.tasks.wait(id, { timeoutMs: 5_000 })).state, 'cancelled')
    for (let waited = 0; !isAborted && waited < 100; waited += 1)
      await new Promise((resolve) => setTimeout(resolve, 10))
    assert(isAborted)
  })

  it('lets no secret into events, errors, logs and what is stored', async () => {
    await using server = await openServer((response, { headers, target, body }, number) => {
      sendJson(response, number === 1 ? 500 : number === 2 ? 200 : 400, { headers, target, body })
    })
    const folder = mkdtempSync(join(tmpdir(), 'tasker-http-'))
    const logFile = join(folder, 'log')
    const options = {
      url: `${server.url.replace('://', `://user:${token}@`)}/a?token=${token}`,
      headers: { 'x-api-key': token },
      body: { secret: token },
    }
    const task = defineTask({ name: 'calls' })
      .step('first', httpStep(options))
      .step('second', { dependsOn: ['first'] }, httpStep(options))
    try {
      const logging = { level: 'debug', destination: logFile, format: 'json' } as const
      await using t = await openTestTasker({ handlers: [task], logging })
      const run = await t.run(task)
      assert.equal(run.state, 'error')
      assert.equal(server.requests.length, 3)
      const everything = [JSON.stringify(run.task), JSON.stringify(t.events.all()), readFileSync(logFile, 'utf8')]
      assert(everything[0]!.includes('HTTP_400') && everything[1]!.includes('HTTP_500'))
      for (const text of everything) {
        for (const secret of [token, Buffer.from(`user:${token}`).toString('base64')])
          assert(!text.includes(secret), text)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
