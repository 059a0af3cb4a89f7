import type { RegistryKind } from '../events/event-vocabularies.js'
import type { RegistryAnnouncer } from './registry-announcer.js'

/** What makes a registry of one kind of thing out of the generic one. */
export interface RegistryRules<T> {
  /** How the registry is called in logs and overviews: `handlers`. */
  readonly name: string
  readonly kind: RegistryKind
  /** How messages call a value; must work for anything, valid or not, and never give an empty text. */
  subject(value: unknown): string
  /** What is wrong with a value: what is missing, what was found, the way out. Empty if it may be registered. */
  problems(value: unknown): readonly string[]
  /** The key of a valid value. */
  key(value: T): string
  /** Announces that a valid value joined. */
  announceJoined(value: T, origin: string, announcer: RegistryAnnouncer): void
  /** Announces that a value left, where there is an event for it. */
  announceLeft?(value: T, announcer: RegistryAnnouncer): void
  /** What an entry counts for in statistics: the namespaces, formats or events it belongs to. */
  groups(value: T): readonly string[]
}
