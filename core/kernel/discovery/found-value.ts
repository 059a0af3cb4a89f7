import type { Origin } from '../../contracts/origin.js'

export const extensionKinds = ['handlers', 'subscribers', 'exporters', 'plugins'] as const
/** What can be discovered, as the configuration and the `"tasker"` entry of a package call it. */
export type ExtensionKind = (typeof extensionKinds)[number]

/** Something that discovery found, not registered yet. */
export interface FoundValue {
  readonly kind: ExtensionKind
  readonly value: unknown
  readonly origin: Origin
  /** Options of a plugin. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** Something that discovery could not load. */
export interface FailedFind {
  readonly kind: ExtensionKind
  readonly origin: Origin
  readonly error: unknown
}

/** What a search brought, in order. */
export interface Finds {
  readonly found: FoundValue[]
  readonly failed: FailedFind[]
}
