import { Command } from 'commander'
import { SubscriptionNotFoundError } from '../../errors/subscription-errors.js'
import type { Session } from '../session.js'
import { subscriptionTable, subscriptionText } from '../subscription-text.js'
import { subscriptionsChangeCommands } from './subscriptions-change.js'

/** Of so many tasks that hold it up it is shown why. */
const mostHeld = 10
const mostHeldInJson = 1_000

interface Options {
  readonly json?: boolean
}

/** `subscriptions`: durable subscribers, in all processes together. */
export function subscriptionsCommand(session: Session): Command {
  const command = new Command('subscriptions')
    .description('look at the durable subscribers, pause them, and give them events again')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tasker subscriptions list\n  $ tasker subscriptions replay audit --from 2h --reason "the table was lost"',
    )
  for (const each of [listCommand(session), showCommand(session), ...subscriptionsChangeCommands(session)])
    command.addCommand(each)
  return command
}

function listCommand(session: Session): Command {
  return new Command('list')
    .description('list the durable subscribers, how far behind they are, and what they could not handle')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker subscriptions list')
    .action(async ({ json }: Options) => {
      const found = await session.withTasker({}, (tasker) => tasker.subscriptions.list())
      if (json === true) return session.printJson(found)
      if (found.length === 0) {
        return session.note('no durable subscriber has been started: one is there once a worker runs that has it')
      }
      session.print(subscriptionTable(found, { paint: session.paint, width: session.width }))
    })
}

function showCommand(session: Session): Command {
  return new Command('show')
    .description('show a durable subscriber, and what holds it up')
    .argument('<NAME>', 'its name')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker subscriptions show audit')
    .action(async (name: string, { json }: Options) => {
      const { found, held } = await session.withTasker({}, async ({ subscriptions }) => ({
        found: await subscriptions.get(name),
        held: await subscriptions.held(name, { limit: json === true ? mostHeldInJson : mostHeld }),
      }))
      if (found === undefined) throw new SubscriptionNotFoundError(name, undefined)
      if (json === true) session.printJson({ ...found, held })
      else session.print(subscriptionText(found, { paint: session.paint, width: session.width }, held))
    })
}
