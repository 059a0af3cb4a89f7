import type { Page, PageOf, StoredTaskFilter, TaskAncestor, TaskFilter, TaskOwnership } from '../contracts/store.js'
import type { TaskRecord, TaskView } from '../contracts/task-record.js'
import type { TaskState } from '../workflow/state-machines.js'
import type { Database } from './database.js'
import { TaskEntity } from './entities/task-entity.js'
import { type StepRow, selectStepsWithResults, toStepView } from './step-results.js'
import { columnsOf, selectColumns } from './table-columns.js'

/** Reads tasks for people and programs. */
export class TaskReader {
  readonly #database: Database
  readonly #taskSql: (taskId: string) => string
  readonly #stepsSql: (taskId: string) => string

  constructor(database: Database) {
    this.#database = database
    const tasks = database.table('tasks')
    const columns = selectColumns(columnsOf(TaskEntity), 't')
    this.#taskSql = (taskId) => `select ${columns} from ${tasks} t where t.id = ${taskId}::uuid`
    const steps = selectStepsWithResults(database, `select * from ${database.table('steps')} where task_id = $id::uuid`)
    this.#stepsSql = (taskId) => `${steps.replace('$id', taskId)} order by s.position`
  }

  async getRecord(taskId: string): Promise<TaskRecord | undefined> {
    if (!isUuid(taskId)) return undefined
    const [task] = await this.#database.query<TaskRecord>(this.#taskSql('$1'), [taskId])
    return task
  }

  async ownership(taskIds: readonly string[]): Promise<readonly TaskOwnership[]> {
    const sql = `select id, state, owner_id as "ownerId" from ${this.#database.table('tasks')} where id = any($1::uuid[])`
    return this.#database.query<TaskOwnership>(sql, [taskIds.filter(isUuid)])
  }

  /** Reads task and steps from one snapshot, so that they are of the same commit. */
  async get(taskId: string): Promise<TaskView | undefined> {
    if (!isUuid(taskId)) return undefined
    // In the text, because only statements without values can share a round trip; it is a UUID by now.
    const id = `'${taskId}'`
    const [tasks, steps] = await this.#database.readTogether([this.#taskSql(id), this.#stepsSql(id)])
    const [task] = tasks as unknown as TaskRecord[]
    return task && { ...task, steps: (steps as unknown as StepRow[]).map(toStepView) }
  }

  /** The tasks that a task is a child of, the nearest first: at most `limit`. */
  async ancestors(taskId: string, limit: number): Promise<readonly TaskAncestor[]> {
    const tasks = this.#database.table('tasks')
    const sql = `with recursive line as (
        select p.id, p.state, p.parent_task_id, 1 as distance from ${tasks} c join ${tasks} p on p.id = c.parent_task_id
        where c.id = $1::uuid
        union all
        select p.id, p.state, p.parent_task_id, l.distance + 1 from line l join ${tasks} p on p.id = l.parent_task_id
        where l.distance < $2
      ) select id, state from line order by distance`
    return this.#database.query<TaskAncestor>(sql, [taskId, limit])
  }

  /** The newest first. */
  async list(filter: StoredTaskFilter, page?: Page): Promise<PageOf<TaskRecord>> {
    return (await taskLists()).listTasks(this.#database, filter, page)
  }

  async count(filter: TaskFilter): Promise<Readonly<Record<TaskState, number>>> {
    return (await taskLists()).countTasks(this.#database, filter)
  }
}

/** Loaded when lists are wanted: the ORM comes with it. */
const taskLists = () => import('./list-tasks.js')

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
