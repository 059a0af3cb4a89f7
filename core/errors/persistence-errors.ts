import { TaskerError } from './tasker-error.js'

/** Thrown when the database cannot be reached, drops the connection or is shutting down. What was asked may be tried again. */
export class DatabaseUnavailableError extends TaskerError {
  constructor(cause: unknown) {
    super('DATABASE_UNAVAILABLE', {
      what: `The database does not answer: ${messageOf(cause)}`,
      wayOut:
        'Check that the server of database.url runs and accepts connections; a worker that runs tries again by itself',
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

/** Thrown when reading the log cannot go on because a transaction that writes to it has been open for too long. */
export class LogBlockedError extends TaskerError {
  constructor(afterId: string, processIds: readonly number[], waitedMs: number) {
    super('LOG_BLOCKED', {
      what: `The event log cannot be read beyond entry ${afterId}: for ${waitedMs} ms a transaction that may still add an entry before the next one has been open`,
      received: `open transactions of the database processes ${processIds.join(', ')}`,
      wayOut:
        'Reading goes on when they end; a dead client leaves one open: see pg_stat_activity, and pg_terminate_backend',
      details: { afterId, processIds, waitedMs },
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
