import {
  createTasker,
  type DatabaseAccess,
  definePlugin,
  type PluginContext,
  type Tasker,
  type Transaction,
} from '../../core/index.js'
import type { QueueUnderTest } from '../../core/testing/index.js'
import { GraphileWorkerQueue } from '../../plugins/graphile-worker/index.js'
import { openTestSchema } from './test-schema.js'

/** A kernel that does not work, on the database of TASKER_TEST_DATABASE_URL, and what it lends to a plugin. */
export interface LentDatabase {
  readonly context: PluginContext
  readonly tasker: Tasker
  close(): Promise<void>
}

/** Opens one in a schema of its own, without a queue. */
export async function lendDatabase(): Promise<LentDatabase> {
  const schema = await openTestSchema()
  const lent = Promise.withResolvers<PluginContext>()
  const borrower = definePlugin({ name: 'borrower', version: '1.0.0', setup: (context) => lent.resolve(context) })
  const discovery = { packages: false, disable: ['graphile-worker'] }
  const logging = { level: 'silent' } as const
  const tasker = await createTasker({ database: schema.database!, plugins: [borrower], discovery, logging })
  const close = async (): Promise<void> => {
    await tasker.stop()
    await schema.close()
  }
  return { context: await lent.promise, tasker, close }
}

/** A queue on graphile-worker, on the tables that others of the same database use as well, one after the other. */
export async function openGraphileQueue(
  { database, log }: PluginContext,
  pollIntervalMs = 50,
): Promise<QueueUnderTest> {
  const queue = new GraphileWorkerQueue({ database, log, pollIntervalMs })
  await queue.open()
  return {
    queue,
    transaction: (work) => inTransaction(database, work),
    close: async () => void (await database.query(`delete from "${database.schema}_queue"._private_jobs`)),
  }
}

function inTransaction(database: DatabaseAccess, work: (transaction: Transaction) => Promise<void>): Promise<void> {
  return database.withConnection(async (connection) => {
    await connection.query('begin')
    try {
      await work(connection)
      await connection.query('commit')
    } catch (error) {
      await connection.query('rollback')
      throw error
    }
  })
}
