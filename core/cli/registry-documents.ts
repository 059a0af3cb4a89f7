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
  readonly problems?: readonly string[]
  readonly [fact: string]: unknown
}

/** Everything that a registry has, and after it what it refused. */
export function registryDocuments(tasker: Tasker, registry: RegistryName): RegistryDocument[] {
  const refusals = tasker.registries.refusals().filter(({ kind }) => `${kind}s` === registry)
  return [...accepted(tasker, registry), ...refusals.map(refused)]
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
        const { name, version, dependsOn = [], description } = entry.value
        return document(entry, name, { version, dependsOn, description })
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
