import { TaskerError } from './tasker-error.js'

/** What keeps the database from doing what it is asked: see {@link DatabaseUnavailableError}. */
export type UnavailableReason =
  | 'connection'
  | 'pool'
  | 'unanswered'
  | 'read_only'
  | 'resources'
  | 'time'
  | 'conflict'
  | 'access'
  | 'schema'

const unavailable: Readonly<Record<UnavailableReason, { readonly what: string; readonly wayOut: string }>> = {
  connection: {
    what: 'The database does not answer',
    wayOut: 'Check that the server of database.url runs and accepts connections',
  },
  pool: {
    what: 'No connection to the database became free in time',
    wayOut: 'Raise database.poolSize, or ask for less at once',
  },
  unanswered: {
    what: 'The database left a statement unanswered, and its connection was given up',
    wayOut:
      'Check the network between here and the server, and raise database.queryTimeoutMs if statements do take so long',
  },
  read_only: {
    what: 'The database takes no writes',
    wayOut:
      'It may be a standby: check that database.url leads to the primary, and that default_transaction_read_only is off',
  },
  resources: {
    what: 'The database has run out of something',
    wayOut: 'Make room on its disk, in its memory or among its connections, as the message says',
  },
  time: {
    what: 'The database gave up a statement that took too long or waited too long for a lock',
    wayOut: 'Find who holds the lock in pg_stat_activity and pg_locks',
  },
  conflict: {
    what: 'Transactions of the database kept getting in the way of each other',
    wayOut: 'Find out from the log of the server who else writes to the tables of Tasker',
  },
  access: {
    what: 'The database does not let Tasker in',
    wayOut: 'Check user, password and database of database.url, and pg_hba.conf of the server',
  },
  schema: {
    what: 'The database is not as this version of Tasker needs it',
    wayOut: 'Check that the schema is migrated, and that the user may use all that is in it',
  },
}

/**
 * Thrown when the database cannot be reached, drops the connection, is shutting down, takes no writes, has run out of disk, memory
 * or connections, or leaves a statement unanswered; `details.reason` says which. What was asked may be tried again.
 */
export class DatabaseUnavailableError extends TaskerError {
  constructor(cause: unknown, reason: UnavailableReason = 'connection') {
    const code = codeOf(cause)
    super('DATABASE_UNAVAILABLE', {
      what: `${unavailable[reason].what}: ${messageOf(cause)}`,
      wayOut: `${unavailable[reason].wayOut}; a worker that runs tries again by itself`,
      details: { reason, ...(typeof code === 'string' ? { code } : {}) },
      cause,
    })
  }
}

/** Thrown when the name of the database schema is not a plain identifier. */
export class DatabaseSchemaNameError extends TaskerError {
  constructor(schema: string) {
    super('DATABASE_SCHEMA_NAME', {
      what: 'The name of the database schema cannot be used',
      expected: 'a letter or underscore, then letters, digits or underscores, at most 63 characters',
      received: JSON.stringify(schema),
      details: { schema },
    })
  }
}

/** What the database refused: stands in the outcome of that write, and the others of its batch are committed without it. */
export class WriteRefusedError extends TaskerError {
  constructor(taskId: string, cause: unknown) {
    const sqlState = codeOf(cause)
    super('WRITE_REFUSED', {
      what: `The database refused what was to be stored of task ${taskId}: ${messageOf(cause)}`,
      expected: 'data that PostgreSQL can store: no NUL characters, no lone surrogates, nothing that is there already',
      details: { taskId, ...(sqlState === undefined ? {} : { sqlState }) },
      cause,
    })
  }
}

/** A batch that JSON.stringify cannot turn into text: a value in it, or more than 512 MB at once. Becomes a refusal. */
export class UnserializableWriteError extends TaskerError {
  constructor(cause: unknown) {
    super('UNSERIALIZABLE_WRITE', {
      what: `What is to be stored cannot be written as JSON: ${messageOf(cause)}`,
      cause,
    })
  }
}

/** A write that contradicts the stored rows under its own epoch: a defect of Tasker, never of its user. */
export class BrokenWriteError extends TaskerError {
  constructor(what: string, details: Readonly<Record<string, unknown>>) {
    super('BROKEN_WRITE', { what, wayOut: 'This is a defect of Tasker: please report it', details })
  }
}

/** Thrown when `after` is not the `next` of an earlier page. */
export class PageCursorError extends TaskerError {
  constructor(after: string) {
    super('PAGE_CURSOR', {
      what: 'The place to continue a list at cannot be read',
      expected: 'the `next` of the page before, of the same list',
      received: JSON.stringify(after),
      wayOut: 'Leave `after` away to start at the first page',
      details: { after },
    })
  }
}

/** Thrown when a page of less than 1 or more than 1000 items is asked for. */
export class PageLimitError extends TaskerError {
  constructor(limit: number) {
    super('PAGE_LIMIT', {
      what: 'The limit of a page is out of range',
      expected: 'a whole number from 1 to 1000',
      received: String(limit),
      details: { limit },
    })
  }
}

/** Thrown when a position of the event log cannot be read. */
export class LogPositionError extends TaskerError {
  constructor(position: string) {
    super('LOG_POSITION', {
      what: 'The position in the event log cannot be read',
      expected: 'the `position` of an event: 16 digits, a dot, 6 digits',
      received: JSON.stringify(position),
      details: { position },
    })
  }
}

/** Thrown when a worker that is not registered sends a heartbeat: its row was taken away while it was deaf. */
export class WorkerNotRegisteredError extends TaskerError {
  constructor(workerId: string) {
    super('WORKER_NOT_REGISTERED', {
      what: `Worker ${workerId} is not registered`,
      wayOut: 'Register it again; others may have taken over its tasks',
      details: { workerId },
    })
  }
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(messageOf).join('; ')
  return cause instanceof Error ? cause.message : String(cause)
}

function codeOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
}

/** Thrown when the database is used after the instance that opened it has been stopped. */
export class DatabaseClosedError extends TaskerError {
  constructor(cause: unknown) {
    super('DATABASE_CLOSED', {
      what: 'This instance has been stopped, and its connections are closed',
      wayOut: 'Make a new instance with createTasker()',
      cause,
    })
  }
}
