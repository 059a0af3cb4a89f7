import { Command } from 'commander'
import { type CatalogueEntry, eventCatalogue, requireEvent, searchCatalogue } from '../event-documents.js'
import { catalogueTable, catalogueText } from '../event-text.js'
import type { Session } from '../session.js'
import { eventsContractCommand, eventsDiffCommand } from './events-contract.js'
import { eventsReplayCommand } from './events-replay.js'
import { eventsTailCommand } from './events-tail.js'

/** `events`: the catalogue and the log. */
export function eventsCommand(session: Session): Command {
  const command = new Command('events')
    .description('look at the catalogue of events, and at the event log')
    .addHelpText('after', `\nExamples:\n  $ tasker events list --search retry\n  $ tasker events tail --names 'task.*'`)
  command.addCommand(listCommand(session))
  command.addCommand(showCommand(session))
  command.addCommand(eventsContractCommand(session))
  command.addCommand(eventsDiffCommand(session))
  command.addCommand(eventsTailCommand(session))
  command.addCommand(eventsReplayCommand(session))
  return command
}

function listCommand(session: Session): Command {
  return new Command('list')
    .description('list the events there are, custom ones included')
    .option('--search <text>', 'whose name or description has these words')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker events list --search retry')
    .action(async ({ search, json }: { readonly search?: string; readonly json?: boolean }) => {
      const all = await catalogue(session)
      const entries = search === undefined ? all : searchCatalogue(all, search)
      if (json === true) return session.printJson(entries)
      if (entries.length === 0) return session.note(`no event has "${search}" in its name or description`)
      session.print(catalogueTable(entries, { paint: session.paint, width: session.width }))
    })
}

function showCommand(session: Session): Command {
  return new Command('show')
    .description('show an event, an example of its payload, and the schema')
    .argument('<NAME>', 'name of the event')
    .option('--json', 'print the event and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker events show step.failed')
    .action(async (name: string, { json }: { readonly json?: boolean }) => {
      const entry = requireEvent(await catalogue(session), name)
      if (json === true) session.printJson(entry)
      else session.print(catalogueText(entry, { paint: session.paint }))
    })
}

function catalogue(session: Session): Promise<CatalogueEntry[]> {
  return session.withTasker({ purpose: 'look' }, async (tasker) => eventCatalogue(tasker.events.customEvents))
}
