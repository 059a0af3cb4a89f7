import { Command } from 'commander'
import { logPlaceHelp } from '../log-place.js'
import { withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { replay } from './subscriptions-change.js'

interface Options {
  readonly subscriber: string
  readonly from?: string
  readonly reason: string
  readonly json?: boolean
}

/** `events replay`: a durable subscriber again from a point. */
export function eventsReplayCommand(session: Session): Command {
  const command = new Command('replay')
    .description('give a durable subscriber events again')
    .requiredOption('--subscriber <name>', 'the durable subscriber')
    .option('--from <place>', `from here: ${logPlaceHelp}, or "beginning", which is the default`)
  return withReason(command, 'why; stands among the changes')
    .option('--json', 'print the subscription and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker events replay --subscriber audit --from 2026-03-01')
    .action(({ subscriber, ...options }: Options) => replay(session, subscriber, options))
}
