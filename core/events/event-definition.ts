import type { Static, TSchema } from 'typebox'

/** One lifecycle event: everything there is to know about it, written once. */
export interface EventDefinition<N extends string = string, D extends boolean = boolean, S extends TSchema = TSchema> {
  readonly name: N
  /** When the event fires. */
  readonly description: string
  /** The one place that fires it. */
  readonly firedBy: string
  /** Whether it is written to the event log, in the transaction of the change it reports. */
  readonly durable: D
  readonly schemaVersion: number
  /** JSON Schema of the payload; the TypeScript type of the payload is derived from it. */
  readonly payload: S
}

/** An event as a family file writes it; the name is its key, the schema version is that of the family. */
export interface EventDraft<D extends boolean = boolean, S extends TSchema = TSchema> {
  readonly description: string
  readonly firedBy: string
  readonly durable: D
  readonly payload: S
}

/** The definitions made of drafts. */
export type EventFamily<Drafts extends Readonly<Record<string, EventDraft>>> = {
  readonly [N in keyof Drafts & string]: EventDefinition<N, Drafts[N]['durable'], Drafts[N]['payload']>
}

/** Name → payload type of a family. */
export type PayloadsOf<Family extends Readonly<Record<string, EventDefinition>>> = {
  [N in keyof Family]: Static<Family[N]['payload']>
}

/**
 * Makes the definitions of one family; a missing name and an extra name both fail to compile.
 *
 * @example
 * export const exportEvents = eventFamily<ExportEventName>()({ 'export.requested': { … }, … })
 */
export function eventFamily<Names extends string>() {
  return <const Drafts extends Readonly<Record<Names, EventDraft>>>(
    drafts: Drafts & Readonly<Record<Exclude<keyof Drafts, Names>, never>>,
  ): EventFamily<Drafts> => {
    const definitions = Object.entries<EventDraft>(drafts).map(([name, draft]) => [
      name,
      Object.freeze({ name, schemaVersion: 1, ...draft }),
    ])
    return Object.freeze(Object.fromEntries(definitions))
  }
}
