import type { Command } from 'commander'
import type { CommandOptions } from '../contracts/task-request.js'
import { callerAsActor } from './caller.js'
import type { Session } from './session.js'

/** Adds why a person does something, which stands in its event. */
export function withReason(command: Command, what = 'why; stands in the event'): Command {
  return command.option('-r, --reason <text>', what, 'command line')
}

/** Who asks and why, for the event. */
export function askedBy(session: Session, options: { readonly reason: string }): Required<CommandOptions> {
  return { reason: options.reason, actor: callerAsActor(session.terminal.environment) }
}
