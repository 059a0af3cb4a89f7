import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { answerTo } from './routes.ts'

export interface StandIn extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:40123`. */
  readonly url: string
  /** What it was asked: `GET /carts/1`. */
  readonly requests: readonly string[]
  /** The next requests are answered with a failure. */
  failNext(status: number, times?: number): void
  close(): Promise<void>
}

/**
 * Answers like DummyJSON, from data.json, without a network. Nothing that is added is kept.
 *
 * @param port by default one that is free
 */
export async function startStandIn(port = 0): Promise<StandIn> {
  const requests: string[] = []
  const failures: number[] = []
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const failure = failures.shift()
    const { status, body } =
      failure === undefined
        ? answerTo(await callOf(request))
        : { status: failure, body: { message: `failure ${failure}, as asked for` } }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    failNext: (status, times = 1) => void failures.push(...Array<number>(times).fill(status)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function callOf(request: IncomingMessage) {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const body: unknown = request.method === 'POST' ? await json(request).catch(() => ({})) : undefined
  return { method: request.method ?? 'GET', path: pathname, query: searchParams, key: keyOf(request), body }
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const key = headers['idempotency-key']
  return typeof key === 'string' ? key : undefined
}
