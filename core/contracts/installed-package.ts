/** A direct dependency of the project that has a `"tasker"` entry, or Tasker itself. */
export interface InstalledPackage {
  readonly name: string
  /** Its own version; absent where its package.json has none. */
  readonly version?: string
  /** Semver range of Tasker versions that it names as its peer dependency; absent where it names none, and any is taken. */
  readonly tasker?: string
  /** What its entry brings: `exporters`, `plugins` …. */
  readonly brings: readonly string[]
  /**
   * Whether what it brings was offered to the registries (`joined`), was left out because the configuration disables the package
   * (`disabled`), or because it does not work with this version of Tasker or nothing of it can be loaded (`refused`).
   */
  readonly state: 'joined' | 'disabled' | 'refused'
  /** Why it was refused. */
  readonly reason?: string
}

/** Something that was found and is not used, because `discovery.disable` names it. */
export interface DisabledExtension {
  readonly kind: 'handler' | 'subscriber' | 'exporter' | 'plugin'
  /** How it calls itself: `mail`, `payments.refund@1.0.0`. */
  readonly name: string
  /** Where it was found: `package acme-mail@1.2.0`. */
  readonly origin: string
  /** The entry of `discovery.disable`. */
  readonly disabledBy: string
}
