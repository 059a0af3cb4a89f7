import { UnknownEventError } from '../errors/event-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { eventContract } from '../events/contract/event-contract.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'
import { isLifecycleEventName, lifecycleEvents } from '../events/event-catalogue.js'
import { familyOf, isReservedFamily } from '../events/event-families.js'

/** What `events list --json` says of one event. */
export interface CatalogueEntry {
  readonly name: string
  readonly family: string
  /** When it fires. */
  readonly description: string
  readonly durable: boolean
  readonly firedBy: string
  /** JSON Schema of the payload; null where none was declared. */
  readonly schema: object | null
  /** Version of that schema, as each event carries it. */
  readonly schemaVersion: number
  /** A payload; made up from the schema for custom events, null for those that have none. */
  readonly example: unknown
  /** Version of the contract that the event is part of; null for custom events, which are your own contract. */
  readonly contractVersion: string | null
}

/** The lifecycle events and the custom ones. */
export function eventCatalogue(customEvents: readonly CustomEventDescriptor[]): CatalogueEntry[] {
  const { version, events } = eventContract(customEvents)
  return events.map(({ name, description, durable, schema, schemaVersion, example = null }) => ({
    name,
    family: familyOf(name),
    description,
    durable,
    firedBy: isLifecycleEventName(name) ? lifecycleEvents[name].firedBy : 'your code: publish',
    schema,
    schemaVersion,
    example,
    contractVersion: isLifecycleEventName(name) ? version : null,
  }))
}

/** Whether the log may have an event: custom ones are committed with the success of the step that published them. */
export function reachesLog({ durable, family }: CatalogueEntry): boolean {
  return durable || !isReservedFamily(family)
}

/** The events whose name or description contains each word of the search. */
export function searchCatalogue(catalogue: readonly CatalogueEntry[], search: string): CatalogueEntry[] {
  const words = search.toLowerCase().split(/\s+/)
  return catalogue.filter(({ name, description }) => {
    const text = `${name} ${description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** The event of a name. Throws {@link UnknownEventError} with the nearest one. */
export function requireEvent(catalogue: readonly CatalogueEntry[], name: string): CatalogueEntry {
  const found = catalogue.find((entry) => entry.name === name)
  if (found !== undefined) return found
  throw new UnknownEventError(
    name,
    nearestName(
      name,
      catalogue.map((entry) => entry.name),
    ),
  )
}
