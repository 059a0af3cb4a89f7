import { Command } from 'commander'
import type { Tasker } from '../../kernel/tasker.js'
import type { Session } from '../session.js'
import { textPairs } from '../text-table.js'
import { dbRetentionCommand } from './db-retention.js'

/** `db`: the tables of Tasker. */
export function dbCommand(session: Session): Command {
  const command = new Command('db')
    .description('migrate the database, show its state, or take away what is old')
    .addHelpText('after', '\nExample:\n  $ tasker db status')
  command
    .command('migrate')
    .description("create Tasker's tables, or bring them up to date")
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ TASKER_DATABASE_URL=postgres://… tasker db migrate')
    .action(({ json }: { readonly json?: boolean }) => migrate(session, json === true))
  command
    .command('status')
    .description('show where the database is, and which migrations were run')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker db status')
    .action(({ json }: { readonly json?: boolean }) => status(session, json === true))
  command.addCommand(dbRetentionCommand(session))
  return command
}

async function migrate(session: Session, json: boolean): Promise<void> {
  const before = await session.withTasker({ skipMigrations: true }, statusOf)
  // Every other command migrates when it opens the database; this one tells what that did.
  const after = await session.withTasker({}, statusOf)
  const migrated = after.executed.filter((name) => !before.executed.includes(name))
  if (json) return session.printJson({ ...after, migrated })
  session.print(migrated.length === 0 ? 'the database is up to date' : `migrated: ${migrated.join(', ')}`)
}

async function status(session: Session, json: boolean): Promise<void> {
  const found = await session.withTasker({ skipMigrations: true }, statusOf)
  if (json) return session.printJson(found)
  const { kind, path, isHolder, connection, schema, executed, pending } = found
  const held = kind === 'embedded' && !isHolder ? 'by another process, reached through its socket' : undefined
  session.print(
    textPairs(
      [
        ['database', kind],
        ['folder', path ?? undefined],
        ['held', held],
        ['connection', connection],
        ['schema', schema],
        [
          'migrations',
          `${executed.length} run, ${pending.length} pending${pending.length === 0 ? '' : `: ${pending.join(', ')}`}`,
        ],
      ],
      { paint: session.paint },
    ),
  )
}

async function statusOf({ database }: Tasker) {
  const { kind, path = null, isHolder, connection, schema } = database
  return { kind, path, isHolder, connection, schema, ...(await database.migrationStatus()) }
}
