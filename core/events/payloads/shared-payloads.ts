// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

/** Who did it. */
export type EventActor = {
  /** Who, as the caller names them. */
  id: string
  /** Whether it is a person or a program. */
  kind: 'person' | 'system' | 'api' | 'agent'
  /** Name for people to read. */
  name?: string
}

/** An error as events, rows and exports carry it. */
export type ErrorDescription = {
  /** Class of the error. */
  name: string
  /** What happened. */
  message: string
  /** Code of the error, for programs. */
  code?: string
  /** What kind of failure it is. */
  category: 'timeout' | 'network' | 'not_found' | 'auth' | 'rate_limit' | 'client_error' | 'server_error' | 'runtime' | 'owner_lost' | 'drained' | 'other'
  /** Whether another attempt may help. */
  retryable: boolean
  /** Where in the code. */
  stack?: string
}
