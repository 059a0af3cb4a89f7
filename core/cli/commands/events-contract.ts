import { Command, Option } from 'commander'
import { stringify } from 'yaml'
import { asyncApiDocument } from '../../events/contract/asyncapi-document.js'
import { compareContracts, versionAfter } from '../../events/contract/compare-contracts.js'
import { hasBreak } from '../../events/contract/contract-change.js'
import { type EventContract, eventContract } from '../../events/contract/event-contract.js'
import { contractOfFile, releasedContract, releasedVersions } from '../contract-file.js'
import { contractChangesText } from '../contract-text.js'
import { exitCodes } from '../exit-codes.js'
import type { Session } from '../session.js'

interface ContractOptions {
  readonly format: 'json' | 'asyncapi'
  readonly json?: boolean
}

/** `events contract`: what subscribers may rely on, as a document. */
export function eventsContractCommand(session: Session): Command {
  return new Command('contract')
    .description('print the contract of all events, custom ones included, to keep and to compare')
    .addOption(
      new Option('--format <format>', 'json: what `events diff` reads; asyncapi: an AsyncAPI 3 document, in YAML')
        .choices(['json', 'asyncapi'])
        .default('json'),
    )
    .option('--json', 'print JSON, also of an AsyncAPI document')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tasker events contract > events.json\n  $ tasker events contract --format asyncapi > asyncapi.yaml',
    )
    .action(async ({ format, json }: ContractOptions) => {
      const contract = await presentContract(session)
      if (format === 'json') return session.printJson(contract)
      const document = asyncApiDocument(contract)
      if (json === true) session.printJson(document)
      else session.print(stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd())
    })
}

/** `events diff`: what a newer contract means to subscribers of an older one. */
export function eventsDiffCommand(session: Session): Command {
  return new Command('diff')
    .description(
      'compare two contracts of events; the exit code is 1 if the newer one breaks a subscriber of the older one',
    )
    .argument('[FROM]', 'a file, a released version, or "project"; the latest release if nothing is named')
    .argument('[TO]', 'the same; the present project, custom events included, if nothing is named')
    .option('--json', 'print an object and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tasker events diff\n  $ tasker events contract > events.json   # and some weeks later:\n  $ tasker events diff events.json',
    )
    .action(async (from: string | undefined, to: string | undefined, { json }: { readonly json?: boolean }) => {
      const old = await contractOf(session, from ?? releasedVersions().at(-1) ?? 'project')
      const next = await contractOf(session, to ?? 'project')
      const changes = compareContracts(old, next)
      const isBreaking = hasBreak(changes)
      if (isBreaking) session.exitCode = exitCodes.failure
      if (json !== true) return session.print(contractChangesText(changes, [old, next], session.paint))
      const leastVersion = versionAfter(old.version, changes)
      session.printJson({ from: old.version, to: next.version, isBreaking, leastVersion, changes })
    })
}

async function contractOf(session: Session, named: string): Promise<EventContract> {
  if (named === 'project') return presentContract(session)
  if (/^\d+\.\d+\.\d+$/.test(named)) return releasedContract(named)
  return contractOfFile(named, process.cwd())
}

function presentContract(session: Session): Promise<EventContract> {
  return session.withTasker({ purpose: 'look' }, async (tasker) => eventContract(tasker.events.customEvents))
}
