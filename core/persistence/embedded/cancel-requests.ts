import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Length 16 and the code of CancelRequest, which comes on a connection of its own. */
const CANCEL_REQUEST = Buffer.from([0, 0, 0, 16, 4, 210, 22, 46])

/**
 * Closes the connections of cancel requests to all servers of this thread. pglite-socket 0.2.17 ignores such a request,
 * as it must, since PGlite cannot be interrupted, but leaves its connection open, and psql waits for the end of
 * that for ever after Ctrl-C.
 */
export function closeCancelRequests(): void {
  subscribe('net.server.socket', (event) => {
    const { socket } = event as { readonly socket: Socket }
    // In the same turn as pglite-socket attaches: a listener alone would have the data flow before it.
    setImmediate(() => {
      socket.once('data', (data: Buffer) => {
        if (data.subarray(0, CANCEL_REQUEST.length).equals(CANCEL_REQUEST)) socket.end()
      })
    })
  })
}
