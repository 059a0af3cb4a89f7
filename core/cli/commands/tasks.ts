import { Command } from 'commander'
import type { Session } from '../session.js'
import { tasksCommandCommands } from './tasks-command.js'
import { tasksCreateCommand } from './tasks-create.js'
import { tasksListCommand } from './tasks-list.js'
import { tasksShowCommand } from './tasks-show.js'

/** `tasks`: the life of tasks. */
export function tasksCommand(session: Session): Command {
  const command = new Command('tasks')
    .description('create, list, show, cancel, resolve and retry tasks')
    .addHelpText('after', '\nExample:\n  $ tasker tasks list --state error --since 24h')
  command.addCommand(tasksCreateCommand(session))
  command.addCommand(tasksListCommand(session))
  command.addCommand(tasksShowCommand(session))
  for (const subcommand of tasksCommandCommands(session)) command.addCommand(subcommand)
  return command
}
