import type { DatabaseAccess } from '../../core/index.js'

/** How often it is seen whether jobs pile up, while there are any, in milliseconds. */
const intervalMs = 1_000
/** So many are left, and so many taken away at most at once. */
const kept = 100
const mostTaken = 5_000

/**
 * Keeps jobs from piling up where they come faster than one process takes them: each says only that a claim is worth while, and while
 * a hundred of them wait, claims follow one another anyway.
 */
export class Backlog {
  readonly #database: DatabaseAccess
  readonly #sql: string
  readonly #identifiers: () => readonly string[]
  readonly #timer: NodeJS.Timeout
  #hasTaken = false

  /** @param identifiers what the jobs are called that this process takes */
  constructor(database: DatabaseAccess, schema: string, identifiers: () => readonly string[]) {
    this.#identifiers = identifiers
    this.#database = database
    this.#sql = `select count(*) from "${schema}".complete_jobs(array(
      select id from (
        select id, row_number() over (partition by task_identifier) as place from "${schema}".jobs
        where task_identifier = any($1::text[]) and locked_at is null and run_at <= $2::timestamptz
      ) waiting where place > ${kept} limit ${mostTaken}))`
    this.#timer = setInterval(() => void this.#thinOut(), intervalMs)
    this.#timer.unref()
  }

  /** This process has taken a job. */
  noteTaken(): void {
    this.#hasTaken = true
  }

  end(): void {
    clearInterval(this.#timer)
  }

  async #thinOut(): Promise<void> {
    if (!this.#hasTaken) return
    this.#hasTaken = false
    // Jobs that stay are taken one by one.
    await this.#database.query(this.#sql, [this.#identifiers(), new Date().toISOString()]).catch(() => undefined)
  }
}
