import type { StepRecord, StepView } from '../contracts/task-record.js'
import type { Database } from './database.js'
import { StepEntity } from './entities/step-entity.js'
import { columnsOf, selectColumns } from './table-columns.js'

/** A step with its results, which stand only in the log. */
export interface StepRow extends StepRecord {
  readonly results: unknown
}

/**
 * `with chosen as (…), results as (…) select …`: the steps that `chosen` selects (alias `s`), with their results.
 *
 * Each entry of the log is opened once, however many results it holds: looking into it for each step would read
 * a commit of n results n times.
 */
export function selectStepsWithResults(database: Database, chosen: string, extraColumns = ''): string {
  const columns = selectColumns(columnsOf(StepEntity), 's')
  return `with chosen as (${chosen}),
    results as (
      select l.task_id, l.entry, (e.place - 1)::int as index, e.event -> 'payload' -> 'results' as results
      from (select distinct task_id, result_entry from chosen where result_entry is not null) wanted
      cross join lateral (
        select * from ${database.table('event_log')} l where l.task_id = wanted.task_id and l.entry = wanted.result_entry offset 0
      ) l
      cross join lateral json_array_elements(l.events) with ordinality as e(event, place)
    )
    select ${columns}, r.results${extraColumns}
    from chosen s
    left join results r on r.task_id = s.task_id and r.entry = s.result_entry and r.index = s.result_index`
}

/** A row as people and programs see it: without the place of its results. */
export function toStepView({ resultEntry: _entry, resultIndex: _index, ...step }: StepRow): StepView {
  return step
}
