import { TaskerError } from './tasker-error.js'

/** A transaction that writes to the log, as far as a message tells about it. */
export interface BlockingWriter {
  readonly processId: number | null
  readonly application: string
  readonly state: string
  readonly sinceMs: number | null
  readonly statement: string
}

/** Thrown when reading the log cannot go on because a transaction that writes to it has been open for too long. */
export class LogBlockedError extends TaskerError {
  constructor(afterId: string, writers: readonly BlockingWriter[], waitedMs: number) {
    super('LOG_BLOCKED', {
      what: `The event log cannot be read beyond entry ${afterId}: for ${waitedMs} ms a transaction that may still add an entry before the next one has been open`,
      received: writers.map(writerText).join('; '),
      wayOut:
        'Reading goes on when they end; a dead client leaves one open: see pg_stat_activity, and pg_terminate_backend',
      details: { afterId, writers, processIds: writers.map(({ processId }) => processId), waitedMs },
    })
  }
}

/** Thrown to a reader of the log when the entries of a task do not follow each other: one is missing, doubled or out of order. */
export class LogGapError extends TaskerError {
  constructor(taskId: string, { id, entry, expected }: { id: string; entry: number | null; expected: number }) {
    super('LOG_GAP', {
      what: `The event log of task ${taskId} has a gap: entry ${id} of the log cannot be handed on`,
      expected: `its entry number ${expected}`,
      received: entry === null ? 'an entry without a number' : `number ${entry}`,
      wayOut: `See \`tasker verify --task ${taskId}\`; to read on without it, begin after position of entry ${id}`,
      details: { taskId, logId: id, entry, expected },
    })
  }
}

/** Thrown when a reader goes on at a position behind which retention has taken entries away that it has not read. */
export class LogExpiredError extends TaskerError {
  constructor(position: string, { lostId, lostAtMost }: { lostId: string; lostAtMost: number }) {
    super('LOG_EXPIRED', {
      what: `The event log cannot be read on after ${position}: retention has taken up to ${lostAtMost} entries behind it, the last one with the id ${lostId}`,
      wayOut:
        'Read from the beginning of what is kept, without a position, and make anew what was made of the log; retention.finishedTasksMs says how long tasks are kept',
      details: { position, lostId, lostAtMost },
    })
  }
}

/** Thrown when retention is to go on for a process that has been silent for so long that another one has taken over. */
export class RetentionLostError extends TaskerError {
  constructor(holder: string) {
    super('RETENTION_LOST', {
      what: `Retention is no longer held by ${holder}`,
      wayOut: 'Nothing: another process goes on with it',
      details: { holder },
    })
  }
}

/** Thrown when retention is asked to run, and nobody has said how long finished tasks are kept. */
export class RetentionNotSetError extends TaskerError {
  constructor() {
    super('RETENTION_NOT_SET', {
      what: 'Nothing says how long finished tasks are to be kept',
      wayOut: 'Set retention.finishedTasksMs in the configuration, or say it with the call: --older-than 90d',
    })
  }
}

/** Names a writer: process 4711 ("psql"), idle in transaction, open for 61 s, last statement: insert into … */
export function writerText({ processId, application, state, sinceMs, statement }: BlockingWriter): string {
  const who = processId === null ? 'a prepared transaction' : `database process ${processId}`
  const name = application === '' ? '' : ` (${JSON.stringify(application)})`
  const since =
    sinceMs === null ? '' : `, open for ${sinceMs < 10_000 ? `${sinceMs} ms` : `${Math.round(sinceMs / 1000)} s`}`
  return `${who}${name}, ${state}${since}${statement === '' ? '' : `, last statement: ${statement}`}`
}
