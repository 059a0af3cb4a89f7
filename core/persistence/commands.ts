import { type Letter, mailboxPrefix } from '../contracts/mailbox.js'
import type { Command, CommandOutcome } from '../contracts/task-request.js'
import type { Database } from './database.js'
import { CommandEntity } from './entities/command-entity.js'
import { isAlive } from './live-workers.js'
import { columnsOf, selectColumns } from './table-columns.js'

const announcement = JSON.stringify({ kind: 'command' } satisfies Letter)

/** Commands on their way to the owners of tasks. They are answered by commits (see commit-function.ts). */
export class CommandStore {
  readonly #database: Database
  readonly #unanswered: string

  constructor(database: Database) {
    this.#database = database
    const columns = columnsOf(CommandEntity).filter(({ property }) => property !== 'outcome')
    this.#unanswered = `select ${selectColumns(columns, 'c')} from ${database.table('commands')} c
      join ${database.table('tasks')} t on t.id = c.task_id where c.outcome is null`
  }

  /** In one statement, so that the announcement leaves with the commit of the row: whoever hears it finds the command. */
  async add(command: Command): Promise<string | null> {
    const { id, taskId, kind, stepName, reason, actor, args, createdAt, replyTo } = command
    const sql = `with added as (insert into ${this.#database.table('commands')}
        (id, task_id, kind, step_name, reason, actor, args, created_at, reply_to)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning task_id)
      ${this.#announceSql('(select task_id from added)', 10)}`
    const fields = [id, taskId, kind, stepName, reason, JSON.stringify(actor), JSON.stringify(args), createdAt, replyTo]
    const [owner] = await this.#database.query<{ id: string }>(sql, [...fields, announcement])
    return owner?.id ?? null
  }

  async announce(taskId: string): Promise<void> {
    await this.#database.query(this.#announceSql('$1::uuid', 2), [taskId, announcement])
  }

  #announceSql(taskId: string, letterParameter: number): string {
    return `select t.owner_id as id, pg_notify('${mailboxPrefix}' || t.owner_id, $${letterParameter})
      from ${this.#database.table('tasks')} t where t.id = ${taskId} and t.owner_id is not null`
  }

  async forWorker(workerId: string): Promise<readonly Command[]> {
    return this.#database.query<Command>(`${this.#unanswered} and t.owner_id = $1 order by c.created_at, c.id`, [
      workerId,
    ])
  }

  async orphaned(): Promise<readonly Command[]> {
    const isOrphan = `(t.owner_id is null or not ${isAlive(this.#database, 't.owner_id')})`
    return this.#database.query<Command>(`${this.#unanswered} and ${isOrphan} order by c.created_at, c.id`)
  }

  /** Takes away those of tasks that nobody has created within a day: a step was ended in the moment before its child was to be. */
  async removeStray(now: string): Promise<void> {
    const sql = `delete from ${this.#database.table('commands')} c
      where c.outcome is null and c.created_at < $1::timestamptz - interval '1 day'
        and not exists (select 1 from ${this.#database.table('tasks')} t where t.id = c.task_id)`
    await this.#database.query(sql, [now])
  }

  async outcome(commandId: string): Promise<CommandOutcome | undefined> {
    const sql = `select outcome from ${this.#database.table('commands')} where id = $1::uuid`
    const [row] = await this.#database.query<{ outcome: CommandOutcome | null }>(sql, [commandId])
    return row?.outcome ?? undefined
  }
}
