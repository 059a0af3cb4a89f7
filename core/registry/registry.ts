import type { Clock } from '../contracts/clock.js'
import type { HealthFinding } from '../contracts/health.js'
import type { Logger } from '../contracts/logger.js'
import { describeOrigin, type Origin } from '../contracts/origin.js'
import { AlreadyRegisteredError, EntryNotFoundError, InvalidRegistrationError } from '../errors/registry-errors.js'
import type { RegistryAnnouncer } from './registry-announcer.js'
import type { Refusal, RegistrationOptions, RegistryEntry, RegistryStats } from './registry-entry.js'
import type { RegistryRules } from './registry-rules.js'

/** What a registry needs from around it. */
export interface RegistryPorts {
  readonly announcer: RegistryAnnouncer
  readonly log: Logger
  readonly clock: Pick<Clock, 'now'>
  /** The correlation id of the surrounding work, for log lines. */
  correlationId(): string
}

/** Where a value comes from if nobody said. */
const CODE: Origin = { kind: 'code', place: '' }

/** The oldest refusals are forgotten beyond this, so that a caller that tries for ever does not fill memory. */
const KEPT_REFUSALS = 500

/**
 * Values by key, checked when they are registered. What makes it a registry of handlers, exporters, subscribers or plugins
 * are its {@link RegistryRules}. Entries keep the order of registration; one that replaces another takes its place.
 *
 * Every operation on one entry is logged with the correlation id: changes and refusals at `info`, look-ups at
 * `debug`. Each registration, replacement and refusal is announced once, after it has taken effect.
 */
export class Registry<T> implements Iterable<RegistryEntry<T>> {
  readonly name: string
  readonly #rules: RegistryRules<T>
  readonly #ports: RegistryPorts
  readonly #entries = new Map<string, RegistryEntry<T>>()
  readonly #refusals: Refusal[] = []
  readonly #counts = { registrations: 0, replacements: 0, unregistrations: 0, refusals: 0 }
  readonly #createdAtMs: number

  constructor(rules: RegistryRules<T>, ports: RegistryPorts) {
    this.name = rules.name
    this.#rules = rules
    this.#ports = ports
    this.#createdAtMs = ports.clock.now()
  }

  /**
   * Adds a value.
   *
   * @throws InvalidRegistrationError if it does not satisfy the interface of its kind
   * @throws AlreadyRegisteredError if its key is taken, and `replace` is not true or `mayReplace` refuses
   */
  register(value: T, options: RegistrationOptions = {}): RegistryEntry<T> {
    const { origin = CODE, replace = false } = options
    const subject = this.#rules.subject(value)
    const problems = this.#rules.problems(value)
    if (problems.length > 0) throw this.#refuseInvalid(subject, origin, problems)
    const key = this.#rules.key(value)
    const existing = this.#entries.get(key)
    if (existing !== undefined && (replace !== true || options.mayReplace?.(existing.origin) === false)) {
      throw this.#refuseDuplicate(subject, origin, existing.origin, replace === true)
    }
    const entry = Object.freeze({ key, value, origin, registeredAt: this.#time() })
    this.#entries.set(key, entry)
    this.#counts.registrations++
    this.changed()
    this.#reportJoined(subject, entry, existing)
    return entry
  }

  /** Adds a value, in place of the entry of the same key if there is one. */
  replace(value: T, options: Omit<RegistrationOptions, 'replace'> = {}): RegistryEntry<T> {
    return this.register(value, { ...options, replace: true })
  }

  /** Takes an entry away; false if there was none. */
  unregister(key: string): boolean {
    const entry = this.#entries.get(key)
    if (entry !== undefined) {
      this.#entries.delete(key)
      this.#counts.unregistrations++
      this.changed()
    }
    this.#log('info', 'unregister', { key, found: entry !== undefined })
    if (entry !== undefined) this.#rules.announceLeft?.(entry.value, this.#ports.announcer)
    return entry !== undefined
  }

  get(key: string): T | undefined {
    return this.entry(key)?.value
  }

  /**
   * The value of a key.
   *
   * @throws EntryNotFoundError listing the keys there are
   */
  require(key: string): T {
    const entry = this.entry(key)
    if (entry === undefined) throw new EntryNotFoundError(this.#rules.kind, key, this.keys())
    return entry.value
  }

  /** The value of a key with its origin. */
  entry(key: string): RegistryEntry<T> | undefined {
    const entry = this.#entries.get(key)
    this.lookedUp(key, entry !== undefined)
    return entry
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  keys(): string[] {
    return [...this.#entries.keys()]
  }

  /** All entries in order of registration. */
  list(): RegistryEntry<T>[] {
    return [...this.#entries.values()]
  }

  [Symbol.iterator](): IterableIterator<RegistryEntry<T>> {
    return this.list()[Symbol.iterator]()
  }

  /** What was not taken, oldest first; the last 500. */
  refusals(): readonly Refusal[] {
    return [...this.#refusals]
  }

  stats(): RegistryStats {
    const entries = this.list()
    return {
      registry: this.name,
      kind: this.#rules.kind,
      entries: entries.length,
      byOrigin: countBy(entries, ({ origin }) => [origin.kind]),
      groups: countBy(entries, ({ value }) => this.#rules.groups(value)),
      ...this.#counts,
      createdAt: new Date(this.#createdAtMs).toISOString(),
      uptimeMs: Math.max(0, this.#ports.clock.now() - this.#createdAtMs),
    }
  }

  /**
   * Healthy while nothing that was offered is missing: what was refused, and has not been registered since under the same
   * name, makes it unhealthy. A refused duplicate does not: an entry of that name is there.
   */
  health(): HealthFinding {
    const findings = this.findings()
    if (findings.length === 0) return { isHealthy: true }
    return { isHealthy: false, message: findings.join('; '), details: { findings } }
  }

  /** What is wrong now, for {@link health}; kinds with more to check add to it. */
  protected findings(): string[] {
    const present = new Set(this.list().map(({ value }) => this.#rules.subject(value)))
    const missing = new Map(this.#refusals.filter(({ subject }) => !present.has(subject)).map((r) => [r.subject, r]))
    return [...missing.values()].map(
      ({ kind, subject, origin, problems }) =>
        `${kind} ${subject} from ${describeOrigin(origin)} was refused: ${problems.join('; ')}`,
    )
  }

  /** Called after the entries changed: the place to drop what was computed from them. */
  protected changed(): void {}

  /** Logs a look-up. */
  protected lookedUp(key: string, found: boolean): void {
    this.#log('debug', 'look_up', { key, found })
  }

  #reportJoined(subject: string, entry: RegistryEntry<T>, replaced: RegistryEntry<T> | undefined): void {
    const { announcer } = this.#ports
    const origin = describeOrigin(entry.origin)
    if (replaced === undefined) {
      this.#log('info', 'register', { subject, origin })
    } else {
      const replacedOrigin = describeOrigin(replaced.origin)
      this.#counts.replacements++
      this.#log('info', 'replace', { subject, origin, replacedOrigin })
      announcer.announce('registry.conflict_resolved', { kind: this.#rules.kind, subject, replacedOrigin, origin })
      this.#rules.announceLeft?.(replaced.value, announcer)
    }
    this.#rules.announceJoined(entry.value, origin, announcer)
  }

  #refuseInvalid(subject: string, origin: Origin, problems: readonly string[]): InvalidRegistrationError {
    this.refuse(subject, origin, problems)
    return new InvalidRegistrationError(this.#rules.kind, subject, describeOrigin(origin), problems)
  }

  #refuseDuplicate(subject: string, origin: Origin, registered: Origin, wanted: boolean): AlreadyRegisteredError {
    const origins = { registered: describeOrigin(registered), refused: describeOrigin(origin) }
    const why = wanted ? 'which it may not replace' : 'say { replace: true } to replace it'
    this.refuse(subject, origin, [`already registered from ${origins.registered}${wanted ? ', ' : '; '}${why}`])
    return new AlreadyRegisteredError(this.#rules.kind, subject, origins, wanted)
  }

  /**
   * Notes that something could not even be offered, because its file or package failed while loading: it is listed,
   * logged and announced as what was refused at registration.
   */
  refuse(subject: string, origin: Origin, problems: readonly string[]): void {
    const { kind } = this.#rules
    this.#refusals.push(Object.freeze({ kind, subject, origin, problems: [...problems], at: this.#time() }))
    if (this.#refusals.length > KEPT_REFUSALS) this.#refusals.shift()
    this.#counts.refusals++
    const facts = { subject, origin: describeOrigin(origin), problems: [...problems] }
    // Not an error here: whoever offered it gets one, or the kernel says what it leaves out.
    this.#log('info', 'refuse', facts)
    this.#ports.announcer.announce('registry.validation_failed', { kind, ...facts })
  }

  #log(level: 'debug' | 'info' | 'error', operation: string, facts: object): void {
    const { log } = this.#ports
    const fields = {
      correlationId: this.#ports.correlationId(),
      registry: this.name,
      kind: this.#rules.kind,
      operation,
      ...facts,
    }
    log[level](fields, `registry ${this.name}: ${operation}`)
  }

  #time(): string {
    return new Date(this.#ports.clock.now()).toISOString()
  }
}

function countBy<V>(values: readonly V[], groupsOf: (value: V) => readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) for (const group of groupsOf(value)) counts.set(group, (counts.get(group) ?? 0) + 1)
  return Object.fromEntries(counts)
}
