import { Command } from 'commander'
import type { SystemState } from '../../contracts/limits.js'
import type { Session } from '../session.js'
import { textTable } from '../text-table.js'

interface Options {
  readonly json?: boolean
}

/** `limits`: the systems that steps call, as far as they have limits or have asked for a pause. */
export function limitsCommand(session: Session): Command {
  const command = new Command('limits')
    .description('list the limits of dependent systems, and end a pause that one has asked for')
    .addHelpText('after', '\nExample:\n  $ tasker limits list')
  command.addCommand(listCommand(session))
  command.addCommand(unblockCommand(session))
  return command
}

function listCommand(session: Session): Command {
  return new Command('list')
    .description('list the systems that have limits or have asked for a pause, with all workers together')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker limits list')
    .action(async ({ json }: Options) => {
      const systems = await session.withTasker({}, (tasker) => tasker.limits.list())
      if (json === true) return session.printJson(systems)
      if (systems.length === 0) {
        const wayOut = 'limits stand at dependentSystems of the configuration'
        return session.note(`no system has a limit, and none has asked for a pause; ${wayOut}`)
      }
      const { paint, width } = session
      const head = ['SYSTEM', 'RATE', 'CONCURRENCY', 'IN USE', 'WAITING', 'WORKERS', 'BLOCKED UNTIL']
      session.print(textTable(head, systems.map(row), { paint, width }))
    })
}

function unblockCommand(session: Session): Command {
  return new Command('unblock')
    .description('let steps call a system again that has asked for a pause')
    .argument('<system>', 'its name, as steps give it as dependentSystem')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker limits unblock gateway')
    .action(async (name: string, { json }: Options) => {
      const wasBlocked = await session.withTasker({}, (tasker) => tasker.limits.unblock(name))
      if (json === true) return session.printJson({ name, wasBlocked })
      session.print(wasBlocked ? `${name} is called again` : `${name} had not asked for a pause`)
    })
}

function row({ name, rate, concurrency, inUse, waiting, workers, blockedUntil, pacePerSecond }: SystemState): string[] {
  const paced = pacePerSecond === undefined ? '' : `${pacePerSecond}/s for now`
  return [
    name,
    rate === undefined ? paced : `${rate.limit} in ${rate.perMs} ms`,
    concurrency === undefined ? '' : String(concurrency),
    String(inUse),
    String(waiting),
    String(workers),
    blockedUntil ?? '',
  ]
}
