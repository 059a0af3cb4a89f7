import { Command } from 'commander'
import type { Session } from '../session.js'
import { tasksCommandCommands } from './tasks-command.js'
import { tasksCreateCommand } from './tasks-create.js'
import { tasksAnnotateCommand, tasksUpdateCommand } from './tasks-edit.js'
import { tasksListCommand } from './tasks-list.js'
import { tasksPausesCommand } from './tasks-pauses.js'
import { tasksRerunCommand } from './tasks-rerun.js'
import { tasksShowCommand } from './tasks-show.js'

/** `tasks`: the life of tasks. */
export function tasksCommand(session: Session): Command {
  const command = new Command('tasks')
    .description('create, list, show, cancel, resolve, retry, pause, change and run again tasks')
    .addHelpText('after', '\nExample:\n  $ tasker tasks list --state error --since 24h')
  command.addCommand(tasksCreateCommand(session))
  command.addCommand(tasksListCommand(session))
  command.addCommand(tasksShowCommand(session))
  for (const subcommand of tasksCommandCommands(session)) command.addCommand(subcommand)
  command.addCommand(tasksPausesCommand(session))
  command.addCommand(tasksUpdateCommand(session))
  command.addCommand(tasksAnnotateCommand(session))
  command.addCommand(tasksRerunCommand(session))
  return command
}
