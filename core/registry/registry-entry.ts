import type { Origin } from '../contracts/origin.js'
import type { RegistryKind } from '../events/event-vocabularies.js'

/** A registered value, and where it came from. */
export interface RegistryEntry<T> {
  readonly key: string
  readonly value: T
  readonly origin: Origin
  /** ISO 8601, UTC. */
  readonly registeredAt: string
}

/** Something that a registry did not take, and why. */
export interface Refusal {
  readonly kind: RegistryKind
  /** How the refused thing calls itself: `payments.refund@1.0.0`. */
  readonly subject: string
  readonly origin: Origin
  /** Each says what is missing, what was found, and the way out. */
  readonly problems: readonly string[]
  /** ISO 8601, UTC. */
  readonly at: string
}

export interface RegistrationOptions {
  /** Takes the place of an entry of the same key; without it a duplicate is refused. */
  readonly replace?: boolean
  /** Default: code. */
  readonly origin?: Origin
  /** Whether it may take the place of an entry from there, given that it wants to. Default: of any. */
  mayReplace?(registered: Origin): boolean
}

/** Counts of a registry, all since it was made unless they say otherwise. */
export interface RegistryStats {
  readonly registry: string
  readonly kind: RegistryKind
  /** Entries now. */
  readonly entries: number
  /** Entries now, by the kind of their origin. */
  readonly byOrigin: Readonly<Record<string, number>>
  /** Entries now, by what they are found by: namespace, event pattern or format. Empty where that is only the name. */
  readonly groups: Readonly<Record<string, number>>
  /** Values that joined, those that replaced an entry included. */
  readonly registrations: number
  readonly replacements: number
  readonly unregistrations: number
  readonly refusals: number
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly uptimeMs: number
}
