import type { SocketEndpoint } from './socket-endpoint.js'

/** How to reach an embedded server, in the words of `pg`. There is no password: the socket is private to the user. */
export interface EmbeddedConnection {
  /** The directory of the unix socket, or on Windows 127.0.0.1. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

/** The connection to the server that listens at an endpoint. PGlite has one role and one database. */
export function connectionTo({ host, port }: SocketEndpoint): EmbeddedConnection {
  return { host, port, user: 'postgres', database: 'postgres' }
}
