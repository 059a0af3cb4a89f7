import { Command } from 'commander'
import type { Subscription } from '../../contracts/subscription.js'
import { SubscriptionNotFoundError } from '../../errors/subscription-errors.js'
import type { Tasker } from '../../kernel/tasker.js'
import { logPlaceHelp, parseLogPlace } from '../log-place.js'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { subscriptionText } from '../subscription-text.js'

interface Options {
  readonly reason: string
  readonly json?: boolean
  readonly from?: string
  readonly to?: string
}

type Asked = ReturnType<typeof askedBy>

/** `subscriptions pause`, `resume`, `replay`, `skip`, `remove`. */
export function subscriptionsChangeCommands(session: Session): Command[] {
  return [
    change(session, 'pause', 'stop delivery in all processes', (tasker, name, by) =>
      tasker.subscriptions.pause(name, by),
    ),
    change(session, 'resume', 'go on delivering', (tasker, name, by) => tasker.subscriptions.resume(name, by)),
    replayCommand(session),
    change(session, 'skip', 'pass over what was not delivered yet', (tasker, name, by, { to = 'now' }) =>
      tasker.subscriptions.skip(name, { ...by, to: parseLogPlace('--to', to) }),
    ).option('--to <place>', `up to here: ${logPlaceHelp}, or "now", which is the default`),
    removeCommand(session),
  ]
}

/** Gives a durable subscriber events again; stands here and at `events replay`. */
export async function replay(
  session: Session,
  name: string,
  { from = 'beginning', json, ...options }: Options,
): Promise<void> {
  const place = parseLogPlace('--from', from)
  const by = askedBy(session, options)
  const found = await session.withTasker({}, (tasker) => tasker.subscriptions.replay(name, { ...by, from: place }))
  show(session, found, json)
}

function replayCommand(session: Session): Command {
  const command = new Command('replay')
    .description('deliver again what was delivered since a place of the log, and all that follows')
    .argument('<NAME>', 'name of the durable subscriber')
    .option('--from <place>', `from here: ${logPlaceHelp}, or "beginning", which is the default`)
  return withReason(command, 'why; stands among the changes')
    .option('--json', 'print the subscription and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker subscriptions replay audit --from 2h --reason "the table was lost"')
    .action((name: string, options: Options) => replay(session, name, options))
}

function removeCommand(session: Session): Command {
  const command = new Command('remove')
    .description('forget a durable subscriber with its cursor and its dead letters')
    .argument('<NAME>', 'name of the durable subscriber')
  return withReason(command, 'why; stands among the changes')
    .option('--json', 'print {name, removed} and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker subscriptions remove audit --reason "replaced by ledger"')
    .action(async (name: string, options: Options) => {
      const by = askedBy(session, options)
      const removed = await session.withTasker({}, (tasker) => tasker.subscriptions.remove(name, by))
      if (!removed) throw new SubscriptionNotFoundError(name, undefined)
      if (options.json === true) session.printJson({ name, removed })
      else session.print(`${name} is forgotten; a worker that still has it begins anew`)
    })
}

function change(
  session: Session,
  verb: 'pause' | 'resume' | 'skip',
  description: string,
  act: (tasker: Tasker, name: string, by: Asked, options: Options) => Promise<Subscription>,
): Command {
  const command = new Command(verb).description(description).argument('<NAME>', 'name of the durable subscriber')
  return withReason(command, 'why; stands among the changes')
    .option('--json', 'print the subscription and nothing else')
    .addHelpText('after', `\nExample:\n  $ tasker subscriptions ${verb} audit --reason "the target is being moved"`)
    .action(async (name: string, options: Options) => {
      const by = askedBy(session, options)
      show(session, await session.withTasker({}, (tasker) => act(tasker, name, by, options)), options.json)
    })
}

function show(session: Session, subscription: Subscription, json: boolean | undefined): void {
  if (json === true) session.printJson(subscription)
  else session.print(subscriptionText(subscription, { paint: session.paint, width: session.width }))
}
