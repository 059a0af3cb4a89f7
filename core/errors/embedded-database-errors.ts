import { TaskerError } from './tasker-error.js'

/** Who holds the folder of an embedded database. */
export interface EmbeddedDatabaseHolder {
  /** The process id, as seen on `host`: in a container it is often 1. */
  readonly pid: number
  readonly host: string
  /** ISO 8601. */
  readonly startedAt: string
}

/** Thrown when another process, or this one, already runs the embedded database of a folder: two would destroy it. */
export class EmbeddedDatabaseInUseError extends TaskerError {
  readonly folder: string
  readonly holder: EmbeddedDatabaseHolder

  constructor(folder: string, holder: EmbeddedDatabaseHolder) {
    super('EMBEDDED_DATABASE_IN_USE', {
      what: `The embedded database in ${folder} is in use`,
      expected: 'a folder that no other process holds',
      received: `one held by process ${holder.pid} on ${holder.host} since ${holder.startedAt}`,
      wayOut:
        'Stop that process; or use the tasker commands, which reach the database through it; or set database.url to a ' +
        'PostgreSQL server, which many workers can share.',
      details: { folder, pid: holder.pid, host: holder.host, startedAt: holder.startedAt },
    })
    this.folder = folder
    this.holder = holder
  }
}

/** Thrown when the folder given for the embedded database has other things in it. */
export class EmbeddedDatabaseFolderError extends TaskerError {
  readonly folder: string

  constructor(folder: string, found: readonly string[]) {
    super('EMBEDDED_DATABASE_FOLDER', {
      what: `The embedded database cannot use ${folder}`,
      expected: 'a folder that does not exist, is empty, or holds a database (a file PG_VERSION)',
      received: `one that holds ${found.slice(0, 5).join(', ')}${found.length > 5 ? ' and more' : ''}`,
      wayOut: 'Set database.path to another folder',
      details: { folder, found },
    })
    this.folder = folder
  }
}

/** Thrown when the embedded database cannot be created or opened. */
export class EmbeddedDatabaseStartError extends TaskerError {
  readonly path: string

  constructor(path: string, cause: unknown) {
    super('EMBEDDED_DATABASE_START_FAILED', {
      what: `The embedded database in ${path} did not start: ${messageOf(cause)}`,
      wayOut: isUnusablePlace(cause)
        ? 'Set database.path to a folder that can be made there and that this user may write'
        : 'If the folder was written by another version of PostgreSQL, start the version of Tasker that wrote it; ' +
          'if it is damaged, restore a copy or move it away',
      details: { path },
      cause,
    })
    this.path = path
  }
}

/** Handed to the listeners of a running embedded server when it has ended without being told to. */
export class EmbeddedDatabaseFailedError extends TaskerError {
  readonly path: string

  constructor(path: string, cause: unknown) {
    super('EMBEDDED_DATABASE_FAILED', {
      what: `The embedded database in ${path} has ended: ${messageOf(cause)}`,
      wayOut: 'Start again: what was committed is kept',
      details: { path },
      cause,
    })
    this.path = path
  }
}

/** Whether the file system refused the place itself. */
function isUnusablePlace(cause: unknown): boolean {
  const { code = '' } = (cause ?? {}) as { readonly code?: string }
  return ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'].includes(code)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
