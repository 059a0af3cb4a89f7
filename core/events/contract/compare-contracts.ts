import { nearestName } from '../../errors/nearest-name.js'
import { compareSchemas } from './compare-schemas.js'
import type { ChangeWeight, ContractChange } from './contract-change.js'
import type { ContractEvent, EventContract } from './event-contract.js'
import type { SchemaNode } from './schema-variants.js'

/**
 * What has changed from one contract to another, for subscribers that were written for the first one; event by event, in the order
 * of the first contract, then what is new.
 *
 * @example
 * const changes = compareContracts(released, eventContract())
 * changes.filter(({ weight }) => weight === 'breaking') // [{ event: 'task.failed', path: 'payload.error.code', … }]
 */
export function compareContracts(from: EventContract, to: EventContract): ContractChange[] {
  const [old, next] = [from, to].map(({ events }) => new Map(events.map((event) => [event.name, event])))
  const added = [...next!.keys()].filter((name) => !old!.has(name))
  const inEnvelope = compareSchemas(asSchema(from.envelope), asSchema(to.envelope), '')
  return [
    ...inEnvelope.map((change) => ({ ...change, event: 'envelope' })),
    ...[...old!.values()].flatMap((event) => {
      const present = next!.get(event.name)
      return present === undefined ? [removedEvent(event.name, added)] : compareEvents(event, present)
    }),
    ...added.map((event) => ofEvent('compatible', event, 'is new')),
  ]
}

/**
 * The least version that a contract may have after these changes: what breaks raises the first number, all else that changes the second.
 *
 * @example
 * versionAfter('1.2.0', [{ weight: 'compatible', event: 'task.paused', path: '', change: 'is new' }]) // '1.3.0'
 */
export function versionAfter(version: string, changes: readonly ContractChange[]): string {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (changes.length === 0) return version
  return changes.some(({ weight }) => weight === 'breaking') ? `${major + 1}.0.0` : `${major}.${minor + 1}.0`
}

function compareEvents(old: ContractEvent, next: ContractEvent): ContractChange[] {
  const changes: ContractChange[] = []
  if (old.durable && !next.durable) changes.push(ofEvent('breaking', old.name, 'is not durable any more'))
  if (!old.durable && next.durable) changes.push(ofEvent('compatible', old.name, 'is durable now'))
  if (old.schemaVersion !== next.schemaVersion) {
    changes.push(ofEvent('notable', old.name, `schemaVersion was ${old.schemaVersion}, is now ${next.schemaVersion}`))
  }
  const inPayload = compareSchemas(asSchema(old.schema), asSchema(next.schema), 'payload')
  return [...changes, ...inPayload.map((change) => ({ ...change, event: old.name }))]
}

function asSchema(schema: object | null): SchemaNode {
  return (schema ?? {}) as SchemaNode
}

function removedEvent(name: string, added: readonly string[]): ContractChange {
  const likely = nearestName(name, added)
  return ofEvent('breaking', name, `is gone${likely === undefined ? '' : `; is it "${likely}" now?`}`)
}

function ofEvent(weight: ChangeWeight, event: string, change: string): ContractChange {
  return { weight, event, path: '', change }
}
