import { createHash } from 'node:crypto'
import { Agent, request as sendHttps } from 'node:https'
import { Readable } from 'node:stream'
import type { HttpTls } from './http-options.js'

/** Pools by what they are secured with: fetch has no option for it without a package of its own, `node:https` has. */
const agents = new Map<string, Agent>()

/** Certificates that are renewed make new pools; those of the old ones are given up beyond this many. */
const MOST_AGENTS = 32

/** How long a connection is kept for the next request, in milliseconds: as long as fetch keeps its own. */
const IDLE_MS = 4_000

/**
 * What `fetch` does, for a server that wants other certificates than those that Node knows. Redirects are not followed, and
 * nothing is decompressed: none is asked for.
 */
export async function tlsFetch(request: Request, tls: HttpTls): Promise<Response> {
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
  const headers = { ...Object.fromEntries(request.headers), 'accept-encoding': 'identity' }
  return new Promise((resolve, reject) => {
    const { method, signal } = request
    const outgoing = sendHttps(request.url, { method, headers, signal, agent: agentFor(tls) }, (incoming) => {
      const status = incoming.statusCode ?? 0
      const isEmpty = method === 'HEAD' || status === 204 || status === 205 || status === 304
      if (isEmpty) incoming.resume()
      const pairs = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      )
      try {
        resolve(new Response(isEmpty ? null : toWeb(incoming), { status, headers: pairs }))
      } catch (error) {
        incoming.destroy()
        reject(error)
      }
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function toWeb(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>
}

function agentFor(tls: HttpTls): Agent {
  // A digest, so that no key of a certificate is kept as the key of a map.
  const id = createHash('sha256').update(JSON.stringify(tls)).digest('base64')
  const known = agents.get(id)
  if (known !== undefined) return known
  const agent = new Agent({ ...(tls as object), keepAlive: true, timeout: IDLE_MS })
  agents.set(id, agent)
  const [oldest] = agents.keys()
  // Not destroyed, which would cut off who uses it: its connections close when they have been idle.
  if (agents.size > MOST_AGENTS && oldest !== undefined) agents.delete(oldest)
  return agent
}
