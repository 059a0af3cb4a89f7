import { UnknownEventError } from '../errors/event-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'
import { lifecycleEvents } from '../events/event-catalogue.js'
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
  readonly schema: unknown
}

/** The lifecycle events and the custom ones. */
export function eventCatalogue(customEvents: readonly CustomEventDescriptor[]): CatalogueEntry[] {
  const builtIn = Object.values(lifecycleEvents).map(({ name, description, durable, firedBy, payload }) => ({
    name,
    family: familyOf(name),
    description,
    durable,
    firedBy,
    schema: payload,
  }))
  const custom = customEvents.map(({ name, description, durable, schema }) => ({
    name,
    family: familyOf(name),
    description,
    durable,
    firedBy: 'your code: publish',
    schema: schema ?? null,
  }))
  return [...builtIn, ...custom]
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
