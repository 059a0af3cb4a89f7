import { defineSubscriber } from '../../../core/definition/define-subscriber.js'
import { definePlugin } from '../../../core/index.js'
import type { LineWriter } from './call-record.js'

/** What the transactional one writes to, in the schema of the run. */
export const ledgerTable = 'chaos_ledger'

/**
 * Two durable subscribers that write down all they are given: one by lines of its process, which a kill does not take back, and one by
 * rows in the transaction of its cursor.
 */
export function durableWitnesses(lines: LineWriter) {
  let table = ''
  let create = async (): Promise<void> => {}
  const ledgerKeeper = definePlugin({
    name: 'ledger-keeper',
    version: '1.0.0',
    setup: ({ database }) => {
      table = `"${database.schema}".${ledgerTable}`
      const columns = 'seq bigserial, task_id uuid, event_id uuid, position text'
      create = () => createOnce(`create table if not exists ${table} (${columns})`, database)
    },
    start: () => create(),
  })
  const recorder = defineSubscriber({
    name: 'recorder',
    durable: true,
    from: 'beginning',
    on: {
      '*': ({ id, taskId, position }) => lines.write({ kind: 'delivered', id, taskId: taskId!, position: position! }),
    },
  })
  const ledger = defineSubscriber({
    name: 'ledger',
    durable: true,
    transactional: true,
    from: 'beginning',
    on: {
      '*': async ({ id, taskId, position, tx }) => {
        await tx.query(`insert into ${table} (task_id, event_id, position) values ($1, $2, $3)`, [taskId, id, position])
      },
    },
  })
  return { plugins: [ledgerKeeper], subscribers: [recorder, ledger] }
}

/** Whoever comes second at the same moment is refused by the catalogue, because the first has made it. */
async function createOnce(sql: string, database: { query(sql: string): Promise<unknown> }): Promise<void> {
  await database.query(sql).catch(() => database.query(sql))
}
