import type { Difference } from '../../../core/index.js'

/** Something done to the stored rows or log of one finished task, and what a verification has to find. */
export interface Corruption {
  readonly name: string
  /** `SCHEMA` and `TASK` stand for the schema and the id of the task. */
  readonly sql: string
  /** Each without the task and the text for people. */
  readonly found: readonly Partial<Difference>[]
}

const event = (step: string, name: string): string =>
  `(select e.event from jsonb_array_elements(events::jsonb) e(event)
    where e.event ->> 'name' = '${name}' and e.event #>> '{payload,stepName}' = '${step}')`
/** The entry that holds an event of a step. */
const entryOf = (step: string, name: string): string =>
  `update SCHEMA.event_log set EDIT where task_id = 'TASK' and ${event(step, name)} is not null`
const withEvents = (expression: string): string =>
  `events = (select jsonb_agg(x.value order by x.place) from (
    select case when e.event ->> 'name' = 'step.completed' and e.event #>> '{payload,stepName}' = 'load' then ${expression} else e.event end as value, e.place
    from jsonb_array_elements(events::jsonb) with ordinality e(event, place)) x where x.value is not null)::json`
const editLoaded = (expression: string): string =>
  entryOf('load', 'step.completed').replace('EDIT', withEvents(expression))

/**
 * For the task of verify.test.ts: `load`, then `charge`, whose first attempt fails, both with results. Its entries: 1 created, 2
 * started and `load` admitted, 3 `load` complete and `charge` admitted, 4 `charge` failed and the task waiting, 5 started and
 * `charge` admitted again, 6 `charge` and the task complete.
 */
export const corruptions: readonly Corruption[] = [
  {
    name: 'the state of a task',
    sql: `update SCHEMA.tasks set state = 'error' where id = 'TASK'`,
    found: [{ kind: 'field', field: 'state', row: 'error', log: 'complete' }],
  },
  {
    name: 'the due time of a task',
    sql: `update SCHEMA.tasks set due_at = '2026-02-03T04:05:06Z' where id = 'TASK'`,
    found: [{ kind: 'field', field: 'dueAt', row: '2026-02-03T04:05:06.000Z', log: null }],
  },
  {
    name: 'several fields of a task at once',
    sql: `update SCHEMA.tasks set priority = 7, tags = '{vip}', parked = 'paused', started_at = null where id = 'TASK'`,
    found: [
      { kind: 'field', field: 'priority', row: 7, log: 0 },
      { kind: 'field', field: 'tags', row: ['vip'], log: [] },
      { kind: 'field', field: 'parked', row: 'paused', log: null },
      { kind: 'field', field: 'startedAt', row: null },
    ],
  },
  {
    name: 'a secret in the context of a task',
    sql: `update SCHEMA.tasks set context = '{"orderId": 7, "password": "other"}' where id = 'TASK'`,
    found: [
      {
        kind: 'field',
        field: 'context',
        row: { orderId: 7, password: '[FILTERED]' },
        log: { orderId: 7, password: '[FILTERED]' },
      },
    ],
  },
  {
    name: 'the state of a step',
    sql: `update SCHEMA.steps set state = 'pending' where task_id = 'TASK' and name = 'load'`,
    found: [{ kind: 'field', step: 'load', field: 'state', row: 'pending', log: 'complete' }],
  },
  {
    name: 'the attempts of a step',
    sql: `update SCHEMA.steps set attempts = attempts + 1 where task_id = 'TASK' and name = 'charge'`,
    found: [{ kind: 'field', step: 'charge', field: 'attempts', row: 3, log: 2 }],
  },
  {
    name: 'the due time of a step',
    sql: `update SCHEMA.steps set due_at = '2026-02-03T04:05:06Z' where task_id = 'TASK' and name = 'load'`,
    found: [{ kind: 'field', step: 'load', field: 'dueAt', row: '2026-02-03T04:05:06.000Z', log: null }],
  },
  {
    name: 'what a step depends on, and its key',
    sql: `update SCHEMA.steps set depends_on = '{}', idempotency_key = 'k' where task_id = 'TASK' and name = 'charge' and idempotency_key <> 'k'`,
    found: [
      { kind: 'field', step: 'charge', field: 'dependsOn', row: [], log: ['load'] },
      { kind: 'field', step: 'charge', field: 'idempotencyKey', row: 'k' },
    ],
  },
  {
    name: 'the end of a step by a millisecond',
    sql: `update SCHEMA.steps set completed_at = '2026-01-01T00:00:00.001Z' where task_id = 'TASK' and name = 'load'`,
    found: [
      {
        kind: 'field',
        step: 'load',
        field: 'completedAt',
        row: '2026-01-01T00:00:00.001Z',
      },
    ],
  },
  {
    name: 'where the results of a step stand',
    sql: `update SCHEMA.steps set result_index = 40 where task_id = 'TASK' and name = 'load'`,
    found: [
      { kind: 'field', step: 'load', field: 'resultIndex', row: 40 },
      { kind: 'result_missing', step: 'load', entry: 2 },
    ],
  },
  {
    name: 'results that are gone from their event',
    sql: editLoaded(`e.event #- '{payload,results}'`),
    found: [{ kind: 'result_missing', step: 'load', entry: 2 }],
  },
  {
    name: 'a step without a row',
    sql: `delete from SCHEMA.steps where task_id = 'TASK' and name = 'charge'`,
    found: [{ kind: 'step_missing', step: 'charge', log: 'complete' }],
  },
  {
    name: 'a row of a step that never was',
    sql: `insert into SCHEMA.steps select (jsonb_populate_record(s, '{"position": 9, "name": "extra"}')).*
      from SCHEMA.steps s where task_id = 'TASK' and name = 'load'`,
    found: [{ kind: 'step_unlogged', step: 'extra', row: 'complete' }],
  },
  {
    name: 'a task without a row',
    sql: `delete from SCHEMA.tasks where id = 'TASK'`,
    found: [{ kind: 'task_missing' }],
  },
  {
    name: 'a task without a log',
    sql: `delete from SCHEMA.event_log where task_id = 'TASK'`,
    found: [{ kind: 'log_missing', row: 5, log: 0 }],
  },
  {
    name: 'an entry in the middle that was deleted',
    sql: `delete from SCHEMA.event_log where task_id = 'TASK' and entry = 2`,
    found: [
      { kind: 'entry_missing', entry: 2 },
      { kind: 'result_missing', step: 'load', entry: 2 },
    ],
  },
  {
    name: 'the first entry, deleted',
    sql: `delete from SCHEMA.event_log where task_id = 'TASK' and entry = 1`,
    found: [{ kind: 'entry_missing', entry: 1 }],
  },
  {
    name: 'the last entries, deleted',
    sql: `delete from SCHEMA.event_log where task_id = 'TASK' and entry > 3`,
    found: [
      { kind: 'entry_missing', entry: 4, row: { first: 4, last: 5 } },
      { kind: 'result_missing', step: 'charge', entry: 5 },
    ],
  },
  {
    name: 'an entry that stands twice',
    sql: `insert into SCHEMA.event_log (task_id, entry, events, logged_at)
      select task_id, entry, events, '2200-01-02' from SCHEMA.event_log where task_id = 'TASK' and entry = 3`,
    found: [{ kind: 'entry_doubled', entry: 3 }],
  },
  {
    name: 'an entry beyond the last',
    sql: `insert into SCHEMA.event_log (task_id, entry, events) values ('TASK', 6, '[]')`,
    found: [{ kind: 'entry_unexpected', field: 'logEntry', row: 5, log: 6, entry: 6 }],
  },
  {
    name: 'an entry without a number',
    sql: `insert into SCHEMA.event_log (task_id, entry, events) values ('TASK', null, '[]')`,
    found: [{ kind: 'entry_unexpected', field: 'logEntry', row: 5, log: 6 }],
  },
  {
    name: 'entries that changed their places',
    sql: `update SCHEMA.event_log set id = id + 1000000 where task_id = 'TASK' and entry = 4`,
    found: [{ kind: 'entry_disordered', entry: 5 }],
  },
  {
    name: 'the number of entries in the row of a task',
    sql: `update SCHEMA.tasks set log_entry = 7 where id = 'TASK'`,
    found: [{ kind: 'entry_missing', entry: 6, row: { first: 6, last: 7 } }],
  },
  {
    name: 'an event that is gone from its entry',
    sql: editLoaded('null'),
    found: [
      { kind: 'field', step: 'load', field: 'state', row: 'complete', log: 'in_progress' },
      { kind: 'field', step: 'load', field: 'resultEntry', row: 2, log: null },
      { kind: 'field', step: 'load', field: 'resultIndex', row: 0, log: null },
      { kind: 'field', step: 'load', field: 'completedAt', log: null },
      { kind: 'result_missing', step: 'load', entry: 2 },
    ],
  },
  {
    name: 'an event that cannot have happened',
    sql: editLoaded(`jsonb_set(e.event, '{name}', '"step.retry_requested"')`),
    found: [
      { kind: 'transition_illegal', step: 'load', entry: 2, row: 'in_progress', log: 'step.retry_requested' },
      { kind: 'field', step: 'load', field: 'state', row: 'complete', log: 'pending' },
    ],
  },
  {
    name: 'an event without its payload',
    sql: editLoaded(`e.event - 'payload'`),
    found: [
      { kind: 'event_unreadable', entry: 2, field: 'events[0]' },
      { kind: 'result_missing', step: 'load', entry: 2 },
    ],
  },
  {
    name: 'an entry that is no list',
    sql: `update SCHEMA.event_log set events = '"x"' where task_id = 'TASK' and entry = 3`,
    found: [{ kind: 'event_unreadable', entry: 3, log: 'not a list of events' }],
  },
]
