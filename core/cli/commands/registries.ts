import { Command } from 'commander'
import { type RegistryName, registryDocuments, registryNames } from '../registry-documents.js'
import { registryText } from '../registry-text.js'
import type { Session } from '../session.js'

const descriptions: Readonly<Record<RegistryName, string>> = {
  handlers: 'list the task handlers that were found, where, and what was refused and why',
  subscribers: 'list the subscribers: where each was found, what is disabled, and what was refused and why',
  exporters:
    'list the exporters and their formats: where each was found, what is disabled, and what was refused and why',
  plugins:
    'list the plugins and the packages: from where, in which version, for which Tasker, what is disabled, and what was refused and why',
}

/** `handlers list`, `subscribers list`, `exporters list`, `plugins list`. */
export function registryCommands(session: Session): Command[] {
  return registryNames.map((registry) => {
    const command = new Command(registry)
      .description(descriptions[registry])
      .addHelpText('after', `\nExample:\n  $ tasker ${registry} list`)
    command
      .command('list')
      .description(descriptions[registry])
      .option('--json', 'print an array and nothing else')
      .addHelpText('after', `\nExample:\n  $ tasker ${registry} list`)
      .action(({ json }: { readonly json?: boolean }) => list(session, registry, json === true))
    return command
  })
}

async function list(session: Session, registry: RegistryName, json: boolean): Promise<void> {
  const entries = await session.withTasker({ purpose: 'look' }, async (tasker) => registryDocuments(tasker, registry))
  if (json) session.printJson(entries)
  else session.print(registryText(registry, entries, { paint: session.paint, width: session.width }))
}
