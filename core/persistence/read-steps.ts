import type { Page, PageOf, StepFilter, StepWithTask } from '../contracts/store.js'
import { Conditions } from './conditions.js'
import type { Database } from './database.js'
import { limitOf, parseCursor, toPage } from './page-cursor.js'
import { type StepRow, selectStepsWithResults, toStepView } from './step-results.js'
import { listed, toTime } from './task-filter.js'

interface ListedStep extends StepRow {
  readonly task: StepWithTask['task']
  readonly taskCreatedAt: string
}

const TASK_COLUMNS = `, s.task, s.task_created_at as "taskCreatedAt"`

/** Lists steps with their results, those of the newest tasks first, within a task in order of definition. */
export class StepReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(filter: StepFilter, page?: Page): Promise<PageOf<StepWithTask>> {
    const limit = limitOf(page)
    const conditions = new Conditions()
    addFilter(conditions, filter)
    const keys = parseCursor(page, ['time', 'id', 'place'] as const)
    if (keys) addKeys(conditions, keys)
    const rows = await this.#database.query<ListedStep>(this.#sql(conditions, limit + 1), conditions.values)
    const toItem = ({ task, taskCreatedAt: _createdAt, ...step }: ListedStep) => ({ task, step: toStepView(step) })
    return toPage(rows, limit, toItem, (row) => [row.taskCreatedAt, row.taskId, row.position])
  }

  #sql(conditions: Conditions, limit: number): string {
    const chosen = `select s.*, t.created_at as task_created_at, jsonb_build_object('id', t.id, 'namespace', t.namespace,
        'name', t.name, 'version', t.version, 'state', t.state, 'correlationId', t.correlation_id) as task
      from ${this.#database.table('tasks')} t join ${this.#database.table('steps')} s on s.task_id = t.id
      ${conditions.where} order by t.created_at desc, t.id desc, s.position limit ${limit}`
    const order = 'order by s.task_created_at desc, s.task_id desc, s.position'
    return `${selectStepsWithResults(this.#database, chosen, TASK_COLUMNS)} ${order}`
  }
}

function addFilter(conditions: Conditions, filter: StepFilter): void {
  const { namespace, name, version, correlationId, state, stepState, taskId, since, until } = filter
  const { tags, parked, isPaused, rerunOf, stepName, dependentSystem } = filter
  if (taskId !== undefined) conditions.add('t.id = $::uuid', taskId)
  if (namespace !== undefined) conditions.add('t.namespace = $', namespace)
  if (name !== undefined) conditions.add('t.name = $', name)
  if (version !== undefined) conditions.add('t.version = $', version)
  if (correlationId !== undefined) conditions.add('t.correlation_id = $', correlationId)
  if (state !== undefined) conditions.add('t.state = any($::text[])', listed(state))
  if (stepState !== undefined) conditions.add('s.state = any($::text[])', listed(stepState))
  if (tags !== undefined) conditions.add('t.tags @> $::text[]', tags)
  if (parked !== undefined) conditions.add('t.parked = $', parked)
  if (isPaused !== undefined) conditions.add('(t.paused_at is not null) = $', isPaused)
  if (rerunOf !== undefined) conditions.add("t.rerun_of ->> 'taskId' = $", rerunOf)
  if (stepName !== undefined) conditions.add('s.name = $', stepName)
  if (dependentSystem !== undefined) conditions.add('s.dependent_system = $', dependentSystem)
  if (since !== undefined) conditions.add('t.created_at >= $::timestamptz', toTime(since))
  if (until !== undefined) conditions.add('t.created_at < $::timestamptz', toTime(until))
}

/** After the step at these keys. The first condition is what the index on (created_at, id) understands. */
function addKeys(conditions: Conditions, [createdAt, taskId, position]: readonly [string, string, number]): void {
  conditions.add('(t.created_at, t.id) <= ($::timestamptz, $::uuid)', createdAt, taskId)
  conditions.add('(t.id <> $::uuid or s.position > $::int)', taskId, position)
}
