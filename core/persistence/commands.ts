import type { Command, CommandOutcome } from '../contracts/task-request.js'
import type { Database } from './database.js'
import { CommandEntity } from './entities/command-entity.js'
import { isAlive } from './live-workers.js'
import { columnsOf, selectColumns } from './table-columns.js'

/** Commands on their way to the owners of tasks. They are answered by commits (see write-statement.ts). */
export class CommandStore {
  readonly #database: Database
  readonly #unanswered: string

  constructor(database: Database) {
    this.#database = database
    const columns = columnsOf(database, CommandEntity).filter(({ property }) => property !== 'outcome')
    this.#unanswered = `select ${selectColumns(columns, 'c')} from ${database.table('commands')} c
      join ${database.table('tasks')} t on t.id = c.task_id where c.outcome is null`
  }

  async add(command: Command): Promise<void> {
    const { id, taskId, kind, stepName, reason, actor, args, createdAt } = command
    const sql = `insert into ${this.#database.table('commands')}
      (id, task_id, kind, step_name, reason, actor, args, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`
    const values = [id, taskId, kind, stepName, reason, JSON.stringify(actor), JSON.stringify(args), createdAt]
    await this.#database.query(sql, values)
  }

  async forWorker(workerId: string): Promise<readonly Command[]> {
    return this.#database.query<Command>(`${this.#unanswered} and t.owner_id = $1 order by c.created_at, c.id`, [
      workerId,
    ])
  }

  async orphaned(leaseMs: number): Promise<readonly Command[]> {
    const isOrphan = `(t.owner_id is null or not ${isAlive(this.#database, 't.owner_id', 1)})`
    return this.#database.query<Command>(`${this.#unanswered} and ${isOrphan} order by c.created_at, c.id`, [leaseMs])
  }

  async outcome(commandId: string): Promise<CommandOutcome | undefined> {
    const sql = `select outcome from ${this.#database.table('commands')} where id = $1::uuid`
    const [row] = await this.#database.query<{ outcome: CommandOutcome | null }>(sql, [commandId])
    return row?.outcome ?? undefined
  }
}
