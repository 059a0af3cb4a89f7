import { Command } from 'commander'
import type { Session } from '../session.js'
import { schedulesChangeCommands } from './schedules-change.js'
import { schedulesCreateCommand } from './schedules-create.js'
import { schedulesListCommand } from './schedules-list.js'
import { schedulesPreviewCommand } from './schedules-preview.js'
import { schedulesShowCommand } from './schedules-show.js'
import { schedulesTriggerCommand } from './schedules-trigger.js'

/** `schedules`: what creates tasks at its times. */
export function schedulesCommand(session: Session): Command {
  const command = new Command('schedules')
    .description('create, list, show, pause, resume, trigger and remove schedules')
    .addHelpText('after', '\nExample:\n  $ tasker schedules list')
  command.addCommand(schedulesListCommand(session))
  command.addCommand(schedulesShowCommand(session))
  command.addCommand(schedulesPreviewCommand(session))
  command.addCommand(schedulesCreateCommand(session))
  for (const subcommand of schedulesChangeCommands(session)) command.addCommand(subcommand)
  command.addCommand(schedulesTriggerCommand(session))
  return command
}
