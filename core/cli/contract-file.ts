import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InvalidArgumentError } from '../errors/cli-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { type ContractEvent, type EventContract, eventContract } from '../events/contract/event-contract.js'
import { ownPackageFolder } from '../kernel/discovery/package-entries.js'

/** The contracts of releases, which come with the package. */
const releasedFolder = join(ownPackageFolder(), 'docs', 'event-contracts')

/** The released versions of the contract, oldest first. */
export function releasedVersions(): string[] {
  const names = existsSync(releasedFolder) ? readdirSync(releasedFolder) : []
  const versions = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** The contract of a released version. Throws {@link InvalidArgumentError} where there is none. */
export function releasedContract(version: string): EventContract {
  const versions = releasedVersions()
  if (!versions.includes(version)) {
    throw new InvalidArgumentError('contract', `no version "${version}" of the contract was released`, {
      expected: `one of ${versions.join(', ')}, a file, or "project"`,
      wayOut: suggestion(version, versions),
    })
  }
  return JSON.parse(readFileSync(join(releasedFolder, `${version}.json`), 'utf8')) as EventContract
}

/**
 * The contract in a file: what `events contract` or `events list --json` printed.
 *
 * @throws InvalidArgumentError
 */
export function contractOfFile(path: string, folder: string): EventContract {
  const file = resolve(folder, path)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  if (text === undefined) {
    throw new InvalidArgumentError('contract', `there is no file "${path}"`, {
      expected: `a file, a released version (${releasedVersions().join(', ')}), or "project"`,
      wayOut: '`tasker events contract > events.json` writes one.',
    })
  }
  const document = parsed(text, path)
  const events = Array.isArray(document) ? document : (document as { readonly events?: unknown }).events
  if (!Array.isArray(events) || !events.every(isEvent)) {
    throw new InvalidArgumentError('contract', `"${path}" holds no contract of events`, {
      expected: 'what `tasker events contract` or `tasker events list --json` prints',
      wayOut: 'Write it anew: `tasker events contract > events.json`.',
    })
  }
  if (!Array.isArray(document)) return document as EventContract
  // A list says nothing of the envelope, so that there is nothing to compare.
  const { envelope } = eventContract()
  const version = (events as { contractVersion?: string }[]).find((event) => event.contractVersion)?.contractVersion
  return { contract: 'tasker-events', version: version ?? '0.0.0', envelope, events }
}

function parsed(text: string, path: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch (cause) {
    throw new InvalidArgumentError('contract', `"${path}" is no JSON: ${(cause as Error).message}`, {
      expected: 'what `tasker events contract` prints',
      wayOut: 'Write it anew: `tasker events contract > events.json`.',
    })
  }
}

function isEvent(value: unknown): value is ContractEvent {
  if (typeof value !== 'object' || value === null) return false
  const { name, durable, schema } = value as Partial<ContractEvent>
  return typeof name === 'string' && typeof durable === 'boolean' && typeof schema === 'object'
}

function suggestion(version: string, versions: readonly string[]): string {
  const near = nearestName(version, versions)
  return near === undefined ? 'Name one of these.' : `Did you mean ${near}?`
}
