import { Command } from 'commander'
import type { IncrementalExport } from '../../contracts/exporter.js'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { textTable } from '../text-table.js'
import { momentText } from '../time-text.js'

interface Options {
  readonly json?: boolean
}

interface ChangeOptions extends Options {
  readonly reason: string
}

/** `exports`: the incremental exports, and what people do to them. */
export function exportsCommand(session: Session): Command {
  const command = new Command('exports')
    .description('list incremental exports, accept what retention has taken of one, forget one')
    .addHelpText('after', '\nExample:\n  $ tasker exports list')
  for (const make of [listCommand, acceptLossCommand, forgetCommand]) command.addCommand(make(session))
  return command
}

function listCommand(session: Session): Command {
  return new Command('list')
    .description('list the incremental exports by name, and how far they are; scheduled ones are in `schedules list`')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker exports list --json')
    .action(async ({ json }: Options) => {
      const exports = await session.withTasker({}, (tasker) => tasker.exports.incremental())
      if (json === true) return session.printJson(exports)
      if (exports.length === 0)
        return session.note('no incremental exports; one begins with `tasker export … --incremental NAME`')
      const { paint, width } = session
      const head = ['NAME', 'SOURCE', 'FILES', 'RECORDS', 'LAST (UTC)', 'STATE', 'LAST FILE']
      session.print(textTable(head, exports.map(row), { paint, width }))
    })
}

function acceptLossCommand(session: Session): Command {
  const command = new Command('accept-loss')
    .description('let an incremental export go on that retention has taken records of (LOG_EXPIRED)')
    .argument('<name>', 'the name of the incremental export')
  return withReason(command, 'why; stands among the changes')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker exports accept-loss warehouse --reason "March is in the backup"')
    .action(async (name: string, options: ChangeOptions) => {
      await session.withTasker({}, (tasker) => tasker.exports.acceptLoss(name, askedBy(session, options)))
      if (options.json === true) return session.printJson({ name })
      session.print(`${name} goes on with what is left`)
    })
}

function forgetCommand(session: Session): Command {
  const command = new Command('forget')
    .description('forget how far an incremental export is: its next run begins with the oldest record; its files stay')
    .argument('<name>', 'the name of the incremental export')
  return withReason(command, 'why; stands among the changes')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker exports forget warehouse --reason "the warehouse is filled anew"')
    .action(async (name: string, options: ChangeOptions) => {
      const by = askedBy(session, options)
      const isForgotten = await session.withTasker({}, (tasker) => tasker.exports.forget(name, by))
      if (options.json === true) return session.printJson({ name, isForgotten })
      session.print(isForgotten ? `${name} is forgotten` : `there was no incremental export ${name}`)
    })
}

function row({ name, source, files, records, updatedAt, isRunning, lastFile }: IncrementalExport): string[] {
  const state = isRunning ? 'running' : 'at rest'
  return [name, source, String(files), records.toLocaleString('en'), momentText(updatedAt), state, lastFile ?? '']
}
