import { Command } from 'commander'
import { objectText, parseObjectReference } from '../object-reference.js'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { textTable } from '../text-table.js'

interface Options {
  readonly reason: string
  readonly description?: string
  readonly json?: boolean
}

const why = 'why; stands in the record of changes'

/** `dependent-systems`: the systems that steps call, and the ids of one object in two of them. */
export function dependentSystemsCommand(session: Session): Command {
  const command = new Command('dependent-systems')
    .description('list and describe the systems that steps call, and link the ids of one object in two of them')
    .addHelpText('after', '\nExample:\n  $ tasker dependent-systems link crm:7 billing:cus_9')
  for (const subcommand of [listCommand, createCommand, linkCommand, unlinkCommand, findCommand])
    command.addCommand(subcommand(session))
  return command
}

function listCommand(session: Session): Command {
  return new Command('list')
    .description('list the systems by name')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker dependent-systems list')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const systems = await session.withTasker({}, (tasker) => tasker.dependentSystems.list())
      if (json === true) return session.printJson(systems)
      if (systems.length === 0) return session.note('no dependent systems')
      const rows = systems.map(({ name, description }) => [name, description ?? ''])
      session.print(textTable(['SYSTEM', 'DESCRIPTION'], rows, { paint: session.paint, width: session.width }))
    })
}

function createCommand(session: Session): Command {
  const command = new Command('create')
    .description('create a system, or find it if there is one of that name')
    .argument('<NAME>')
    .option('-d, --description <text>', 'what it is')
  return withReason(command, why)
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker dependent-systems create crm --description "All customers"')
    .action(async (name: string, options: Options) => {
      const { description } = options
      const asked = { ...askedBy(session, options), ...(description === undefined ? {} : { description }) }
      const system = await session.withTasker({}, (tasker) => tasker.dependentSystems.findOrCreate(name, asked))
      if (options.json === true) return session.printJson(system)
      session.print(`${name} ${system.isNew ? 'was created' : 'is there already'}`)
    })
}

function linkCommand(session: Session): Command {
  const command = new Command('link')
    .description('say that two ids mean the same object')
    .argument('<SYSTEM:ID>')
    .argument('<SYSTEM:ID>')
  return withReason(command, why)
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker dependent-systems link crm:7 billing:cus_9')
    .action(async (first: string, second: string, options: Options) => {
      const [one, two] = [parseObjectReference(first), parseObjectReference(second)]
      const by = askedBy(session, options)
      const map = await session.withTasker({}, (tasker) => tasker.dependentSystems.link(one, two, by))
      if (options.json === true) return session.printJson(map)
      session.print(`${objectText(one)} and ${objectText(two)} ${map.isNew ? 'are linked' : 'were linked already'}`)
    })
}

function unlinkCommand(session: Session): Command {
  const command = new Command('unlink')
    .description('take back that two ids mean the same object')
    .argument('<SYSTEM:ID>')
    .argument('<SYSTEM:ID>')
  return withReason(command, why)
    .option('--json', 'print {wasLinked} and nothing else')
    .addHelpText(
      'after',
      '\nExample:\n  $ tasker dependent-systems unlink crm:7 billing:cus_9 --reason "another customer"',
    )
    .action(async (first: string, second: string, options: Options) => {
      const [one, two] = [parseObjectReference(first), parseObjectReference(second)]
      const by = askedBy(session, options)
      const wasLinked = await session.withTasker({}, (tasker) => tasker.dependentSystems.unlink(one, two, by))
      if (options.json === true) return session.printJson({ wasLinked })
      session.print(`${objectText(one)} and ${objectText(two)} ${wasLinked ? 'are linked no more' : 'were not linked'}`)
    })
}

function findCommand(session: Session): Command {
  return new Command('find')
    .description('print the ids of an object in another system, one a line')
    .argument('<SYSTEM:ID>')
    .requiredOption('--in <system>', 'the other system')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker dependent-systems find crm:7 --in billing')
    .action(async (object: string, options: { readonly in: string; readonly json?: boolean }) => {
      const reference = parseObjectReference(object)
      const ids = await session.withTasker({}, (tasker) => tasker.dependentSystems.find(reference, { in: options.in }))
      if (options.json === true) return session.printJson(ids)
      if (ids.length === 0) return session.note(`${object} is linked with nothing in ${options.in}`)
      for (const id of ids) session.print(id)
    })
}
