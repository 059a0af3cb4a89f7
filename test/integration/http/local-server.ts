import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface LocalServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  /** How many connections were opened to it. */
  readonly connections: number
}

type Answer = (response: ServerResponse, request: ReceivedRequest, number: number) => void

/** A real server on this machine, which keeps what it receives. `number` counts requests from 1. */
export async function openServer(answer: Answer, tls?: ServerOptions): Promise<LocalServer> {
  const requests: ReceivedRequest[] = []
  let connections = 0
  const server: Server = tls === undefined ? createServer() : createTlsServer(tls)
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => {
    connections += 1
  })
  server.on('request', async (incoming, response) => {
    const { method = '', url: target = '', headers } = incoming
    const body = await text(incoming).catch(() => '')
    const request = { method, target, headers, body, at: Date.now() }
    answer(response, request, requests.push(request))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}
