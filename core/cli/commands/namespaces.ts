import { Command } from 'commander'
import type { NamespaceRecord } from '../../contracts/namespaces.js'
import type { Tasker } from '../../kernel/tasker.js'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { textTable } from '../text-table.js'
import { momentText } from '../time-text.js'

interface Options {
  readonly reason: string
  readonly description?: string
  readonly json?: boolean
}

/** `namespaces`: what tasks belong together, described and paused. */
export function namespacesCommand(session: Session): Command {
  const command = new Command('namespaces')
    .description('list, create, describe, pause and resume namespaces')
    .addHelpText('after', '\nExample:\n  $ tasker namespaces pause payments --reason "the bank is away"')
  command.addCommand(listCommand(session))
  command.addCommand(
    describing('create', 'create a namespace, or find it if there is one of that name').action(
      (name: string, options: Options) =>
        act(session, options, async ({ namespaces }) => {
          const { description } = options
          const asked = { ...askedBy(session, options), ...(description === undefined ? {} : { description }) }
          const found = await namespaces.findOrCreate(name, asked)
          return { document: found, text: `${name} ${found.isNew ? 'was created' : 'is there already'}` }
        }),
    ),
  )
  command.addCommand(
    describing('update', 'change the description of a namespace; without one, take it away').action(
      (name: string, options: Options) =>
        act(session, options, async ({ namespaces }) => {
          const edit = { description: options.description ?? null }
          return {
            document: await namespaces.update(name, edit, askedBy(session, options)),
            text: `${name} was changed`,
          }
        }),
    ),
  )
  command.addCommand(
    named('pause', 'begin no more steps of any task of a namespace').action((name: string, options: Options) =>
      act(session, options, async ({ namespaces }) => ({
        document: await namespaces.pause(name, askedBy(session, options)),
        text: `${name} is paused`,
      })),
    ),
  )
  command.addCommand(
    named('resume', 'let the tasks of a paused namespace go on').action((name: string, options: Options) =>
      act(session, options, async ({ namespaces }) => {
        const wasPaused = await namespaces.resume(name, askedBy(session, options))
        return {
          document: { namespace: name, wasPaused },
          text: wasPaused ? `${name} is paused no more` : `${name} was not paused`,
        }
      }),
    ),
  )
  return command
}

function listCommand(session: Session): Command {
  return new Command('list')
    .description('list the namespaces that the database knows')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker namespaces list')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const namespaces = await session.withTasker({}, (tasker) => tasker.namespaces.list())
      if (json === true) return session.printJson(namespaces)
      if (namespaces.length === 0) return session.note('no namespaces')
      const { paint, width } = session
      session.print(textTable(['NAMESPACE', 'PAUSED', 'DESCRIPTION'], namespaces.map(row), { paint, width }))
    })
}

function row({ name, pausedAt, description }: NamespaceRecord): string[] {
  return [name, pausedAt === null ? '' : `since ${momentText(pausedAt)}`, description ?? '']
}

function named(verb: string, description: string): Command {
  const command = new Command(verb).description(description).argument('<NAMESPACE>')
  return withReason(command, 'why; stands in the record of changes')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', `\nExample:\n  $ tasker namespaces ${verb} payments --reason "the bank is away"`)
}

function describing(verb: string, description: string): Command {
  const command = new Command(verb)
    .description(description)
    .argument('<NAMESPACE>')
    .option('-d, --description <text>', 'what belongs to it')
  return withReason(command, 'why; stands in the record of changes')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', `\nExample:\n  $ tasker namespaces ${verb} payments --description "All that moves money"`)
}

async function act(
  session: Session,
  { json }: Options,
  work: (tasker: Tasker) => Promise<{ readonly document: unknown; readonly text: string }>,
): Promise<void> {
  const { document, text } = await session.withTasker({}, work)
  if (json === true) session.printJson(document)
  else session.print(text)
}
