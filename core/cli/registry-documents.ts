import type { DisabledExtension, InstalledPackage } from '../contracts/installed-package.js'
import { describeOrigin } from '../contracts/origin.js'
import type { Tasker } from '../kernel/tasker.js'
import type { Refusal, RegistryEntry } from '../registry/registry-entry.js'

export const registryNames = ['handlers', 'subscribers', 'exporters', 'plugins'] as const
export type RegistryName = (typeof registryNames)[number]

/** What `handlers list --json` and its likes say of one thing; those that were refused say why. */
export interface RegistryDocument {
  readonly name: string
  /** Where it was found: `folder handlers/orders.task.ts`. */
  readonly origin: string
  readonly refused: boolean
  /** Found and not used, because `discovery.disable` names it. */
  readonly disabled?: boolean
  readonly problems?: readonly string[]
  readonly [fact: string]: unknown
}

/** Everything that a registry has, after it what is disabled and what it refused, and, of the plugins, the packages that bring anything. */
export function registryDocuments(tasker: Tasker, registry: RegistryName): RegistryDocument[] {
  const refusals = tasker.registries.refusals().filter(({ kind }) => `${kind}s` === registry)
  const disabled = tasker.registries.disabled().filter(({ kind }) => `${kind}s` === registry)
  const packages = tasker.registries.packages()
  return [
    ...accepted(tasker, registry).map((entry) => withPackage(entry, packages)),
    ...disabled.map(disabledDocument),
    ...refusals.map(refused).map((entry) => withPackage(entry, packages)),
    ...(registry === 'plugins' ? packages.map(packageDocument) : []),
  ]
}

/** What came from a package says which one, and with which versions of Tasker that works. */
function withPackage(entry: RegistryDocument, packages: readonly InstalledPackage[]): RegistryDocument {
  const from = packages.find((each) => entry.origin === placeOf(each))
  if (from === undefined) return entry
  const { name, version, tasker } = from
  return { ...entry, package: name, packageVersion: version ?? null, worksWith: tasker ?? entry.worksWith ?? null }
}

function placeOf({ name, version }: InstalledPackage): string {
  return describeOrigin({ kind: 'package', place: version === undefined ? name : `${name}@${version}` })
}

function disabledDocument({ name, origin, disabledBy }: DisabledExtension): RegistryDocument {
  return { name, origin, refused: false, disabled: true, disabledBy }
}

function packageDocument(installed: InstalledPackage): RegistryDocument {
  const { name, version = null, tasker = null, brings, state, reason } = installed
  const isRefused = state === 'refused'
  return {
    kind: 'package',
    name,
    version,
    worksWith: tasker,
    brings,
    state,
    origin: placeOf(installed),
    refused: isRefused,
    ...(state === 'disabled' ? { disabled: true } : {}),
    ...(isRefused ? { problems: [reason ?? ''] } : {}),
  }
}

function accepted(tasker: Tasker, registry: RegistryName): RegistryDocument[] {
  switch (registry) {
    case 'handlers':
      return tasker.handlers.list().map((entry) => {
        const { namespace, version, description, steps } = entry.value.definition
        return document(entry, entry.key, {
          namespace,
          taskName: entry.value.definition.name,
          version,
          description,
          steps: steps.map(({ name }) => name),
        })
      })
    case 'subscribers':
      return tasker.subscribers.list().map((entry) => {
        const { name, durable, on, description } = entry.value
        return document(entry, name, { durable: durable === true, events: Object.keys(on), description })
      })
    case 'exporters':
      return tasker.exporters.list().map((entry) => {
        const { name, formats, contentType, fileExtension, priority = 0, version, description } = entry.value
        return document(entry, name, { formats, contentType, fileExtension, priority, version, description })
      })
    case 'plugins':
      return tasker.plugins.list().map((entry) => {
        const { name, version, dependsOn = [], description, tasker: worksWith } = entry.value
        const state = tasker.plugins.status(name)?.state
        return document(entry, name, { version, dependsOn, state, description, worksWith: worksWith ?? null })
      })
  }
}

function document(
  { origin, registeredAt }: RegistryEntry<unknown>,
  name: string,
  facts: Readonly<Record<string, unknown>>,
) {
  return { name, ...facts, origin: describeOrigin(origin), registeredAt, refused: false }
}

function refused({ subject, origin, problems, at }: Refusal): RegistryDocument {
  return { name: subject, origin: describeOrigin(origin), refusedAt: at, refused: true, problems }
}
