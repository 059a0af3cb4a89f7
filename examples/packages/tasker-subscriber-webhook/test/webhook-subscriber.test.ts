import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { isPermanentError, isRetryableError } from 'tasker'
import { messageFor, webhookSubscriber } from '../src/index.js'

const event = {
  taskId: '0198',
  payload: {
    namespace: 'payments',
    taskName: 'refund',
    version: '1.0.0',
    error: { name: 'Error', message: 'card declined', category: 'other', retryable: false },
    failedSteps: ['charge'],
  },
} as never

const received: unknown[] = []
let status = 200
const chat = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    received.push(JSON.parse(body))
    response.writeHead(status).end('ok')
  })
})

before(async () => {
  chat.listen(0, '127.0.0.1')
  await once(chat, 'listening')
  process.env.TASKER_WEBHOOK_URL = `http://127.0.0.1:${(chat.address() as AddressInfo).port}/hook`
})
after(() => {
  chat.closeAllConnections()
  chat.close()
})
afterEach(() => {
  received.length = 0
})

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const tell = () => webhookSubscriber.on['task.failed']!(event, { log, signal: AbortSignal.timeout(5000) } as never)

test('says which task failed, and why', () => {
  assert.equal(messageFor(event), 'Task payments.refund@1.0.0 (0198) failed: card declined')
})

test('posts it in the form that chats take', async () => {
  status = 200
  await tell()
  assert.deepEqual(received, [{ text: messageFor(event) }])
})

test('is tried again where the chat is down or busy, and given up where it refuses', async () => {
  for (status of [503, 429]) await assert.rejects(async () => tell(), isRetryableError)
  for (status of [400, 404]) await assert.rejects(async () => tell(), isPermanentError)
})

test('does nothing while it is not told where to', async () => {
  const url = process.env.TASKER_WEBHOOK_URL
  delete process.env.TASKER_WEBHOOK_URL
  await tell()
  process.env.TASKER_WEBHOOK_URL = url
  assert.deepEqual(received, [])
})
