import semver from 'semver'
import type { Origin } from '../contracts/origin.js'
import { type DefinedTask, isDefinedTask, TASK_BRAND, type TaskDefinition } from '../contracts/task-definition.js'
import { UnknownHandlerError, type UnknownHandlerParts } from '../errors/registry-errors.js'
import { handlerProblems, handlerSubject } from './handler-interface.js'
import {
  DEFAULT_NAMESPACE,
  DEFAULT_VERSION,
  formatHandlerName,
  type HandlerName,
  isExactVersion,
  LATEST_VERSION,
  parseHandlerName,
} from './handler-name.js'
import { Registry, type RegistryPorts } from './registry.js'
import type { RegistrationOptions, RegistryEntry, RegistryStats } from './registry-entry.js'

/** A search for a handler: no namespace means `default`, no version means the newest. */
export interface HandlerQuery {
  readonly namespace?: string | undefined
  readonly name: string
  /** An exact version, a semver range, or `latest`. */
  readonly version?: string | undefined
}

export interface HandlerRegistryStats extends RegistryStats {
  readonly namespaces: number
  /** Tasks, however many versions of each there are. */
  readonly tasks: number
  readonly versions: number
}

/** Versions of one task, lowest first. */
type Versions = readonly RegistryEntry<DefinedTask>[]

/**
 * The task handlers: namespace → name → version. Versions live side by side.
 *
 * A look-up takes an exact version or a semver range. Without a version it gives the highest stable one, and the highest
 * prerelease only where no version is stable: then there is nothing else that could be meant. A range follows semver: it
 * admits a prerelease only where it names one of the same version. The keys of entries are `namespace.name@version`.
 */
export class HandlerRegistry extends Registry<DefinedTask> {
  /** Computed on the first look-up after a change. */
  #index: Map<string, Map<string, Versions>> | undefined
  readonly #listeners: (() => void)[] = []
  /** Keys of what is there only because another task runs it as a step. */
  readonly #implied = new Set<string>()

  constructor(ports: RegistryPorts) {
    super(
      {
        name: 'handlers',
        kind: 'handler',
        subject: handlerSubject,
        problems: handlerProblems,
        key: (task) => formatHandlerName(fullName(task)),
        groups: (task) => [fullName(task).namespace],
        announceJoined: (task, origin, announcer) => {
          const { namespace, name, version } = fullName(task)
          announcer.announce('registry.handler_registered', { namespace, taskName: name, version, origin })
        },
      },
      ports,
    )
  }

  /**
   * Adds one version of a task; a namespace left out is `default`, a version left out `0.1.0`. Tasks that it runs as steps come with it,
   * unless they are there; registered by themselves later, they take their own place.
   */
  override register(task: DefinedTask, options: RegistrationOptions = {}): RegistryEntry<DefinedTask> {
    const complete = withDefaults(task)
    if (this.#implied.size > 0 && isDefinedTask(complete)) this.#makeWay(formatHandlerName(fullName(complete)))
    const entry = super.register(complete, options)
    for (const child of childrenOf(entry.value.definition)) this.#imply(child, entry.origin)
    return entry
  }

  #makeWay(key: string): void {
    if (this.#implied.delete(key)) super.unregister(key)
  }

  #imply(task: DefinedTask, origin: Origin): void {
    const key = formatHandlerName(fullName(task))
    if (this.has(key)) return
    this.register(task, { origin })
    this.#implied.add(key)
  }

  /** The handler that a query, or a written name, asks for. */
  find(query: HandlerQuery | string): DefinedTask | undefined {
    return this.entry(query)?.value
  }

  /** The same as {@link find}. */
  override get(query: HandlerQuery | string): DefinedTask | undefined {
    return this.find(query)
  }

  override has(query: HandlerQuery | string): boolean {
    return this.#search(readQuery(query)) !== undefined
  }

  override entry(query: HandlerQuery | string): RegistryEntry<DefinedTask> | undefined {
    const name = readQuery(query)
    const found = this.#search(name)
    this.lookedUp(formatHandlerName(name), found !== undefined)
    return found
  }

  /**
   * The handler that a query, or a written name, asks for.
   *
   * @throws UnknownHandlerError naming the part that is unknown and listing what there is instead
   * @example
   * handlers.require('payments/refund@^2')
   * handlers.require({ namespace: 'payments', name: 'refund' })
   */
  override require(query: HandlerQuery | string): DefinedTask {
    const found = this.find(query)
    if (found === undefined) throw new UnknownHandlerError(this.#whatIsUnknown(readQuery(query)))
    return found
  }

  /** Takes one version away, named in either written form. */
  override unregister(name: string): boolean {
    return super.unregister(formatHandlerName(parseHandlerName(name)))
  }

  /** Namespaces that have a handler, `default` first, the others in order of registration. */
  namespaces(): string[] {
    const names = [...this.#namespaces().keys()]
    const others = names.filter((name) => name !== DEFAULT_NAMESPACE)
    return others.length < names.length ? [DEFAULT_NAMESPACE, ...others] : others
  }

  /** Names of the tasks of a namespace, in order of registration. */
  names(namespace: string = DEFAULT_NAMESPACE): string[] {
    return [...(this.#namespaces().get(namespace)?.keys() ?? [])]
  }

  /** Versions of a task, lowest first, by the order of semver: 0.9.0 before 0.10.0. */
  versions(namespace: string, name: string): string[] {
    return this.#versionsOf(namespace, name).map(({ value }) => fullName(value).version)
  }

  /** The version that a look-up without a version gives. */
  latest(namespace: string, name: string): DefinedTask | undefined {
    return newest(this.#versionsOf(namespace, name))?.value
  }

  override stats(): HandlerRegistryStats {
    const stats = super.stats()
    const namespaces = [...this.#namespaces().values()]
    const tasks = namespaces.reduce((sum, names) => sum + names.size, 0)
    return { ...stats, namespaces: namespaces.length, tasks, versions: stats.entries }
  }

  /** Calls the listener after each change of what is registered. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  protected override changed(): void {
    this.#index = undefined
    for (const listener of this.#listeners) listener()
  }

  #search({ namespace, name, version }: HandlerName): RegistryEntry<DefinedTask> | undefined {
    const versions = this.#versionsOf(namespace, name)
    if (version === undefined) return newest(versions)
    const exact = versions.find(({ value }) => fullName(value).version === version)
    if (exact !== undefined || isExactVersion(version)) return exact
    return versions.findLast(({ value }) => semver.satisfies(fullName(value).version, version))
  }

  #whatIsUnknown(query: HandlerName): UnknownHandlerParts {
    const { namespace, name } = query
    const versions = this.versions(namespace, name)
    if (versions.length > 0) return { ...query, missing: 'version', choices: versions.reverse() }
    const elsewhere = this.namespaces()
      .filter((other) => this.#namespaces().get(other)?.has(name))
      .map((other) => formatHandlerName({ namespace: other, name }))
    const names = this.names(namespace)
    if (names.length > 0) return { ...query, missing: 'name', choices: names, elsewhere }
    return { ...query, missing: 'namespace', choices: this.namespaces(), elsewhere }
  }

  #versionsOf(namespace: string, name: string): Versions {
    return this.#namespaces().get(namespace)?.get(name) ?? []
  }

  #namespaces(): Map<string, Map<string, Versions>> {
    this.#index ??= indexByName(this.list())
    return this.#index
  }
}

function fullName({ definition }: DefinedTask): Required<HandlerName> {
  return { namespace: definition.namespace, name: definition.name, version: definition.version }
}

/** Fills in what a hand-made task leaves out; `defineTask` and the YAML form already have. */
function withDefaults(task: DefinedTask): DefinedTask {
  const definition: Partial<TaskDefinition> | undefined = isDefinedTask(task) ? task.definition : undefined
  if (definition === undefined || (definition.namespace !== undefined && definition.version !== undefined)) return task
  return {
    [TASK_BRAND]: true,
    definition: {
      ...task.definition,
      namespace: definition.namespace ?? DEFAULT_NAMESPACE,
      version: definition.version ?? DEFAULT_VERSION,
    },
  }
}

function readQuery(query: HandlerQuery | string): HandlerName {
  const { namespace = DEFAULT_NAMESPACE, name, version } = typeof query === 'string' ? parseHandlerName(query) : query
  const isNewest = version === undefined || version === '*' || version === LATEST_VERSION
  return isNewest ? { namespace, name } : { namespace, name, version }
}

function newest(versions: Versions): RegistryEntry<DefinedTask> | undefined {
  return versions.findLast(({ value }) => semver.prerelease(fullName(value).version) === null) ?? versions.at(-1)
}

function indexByName(entries: Versions): Map<string, Map<string, Versions>> {
  const index = new Map<string, Map<string, RegistryEntry<DefinedTask>[]>>()
  for (const entry of entries) {
    const { namespace, name } = fullName(entry.value)
    const names = index.get(namespace) ?? new Map<string, RegistryEntry<DefinedTask>[]>()
    index.set(namespace, names)
    const versions = names.get(name) ?? []
    names.set(name, versions)
    versions.push(entry)
  }
  for (const names of index.values()) {
    for (const versions of names.values()) {
      versions.sort((a, b) => semver.compareBuild(fullName(a.value).version, fullName(b.value).version))
    }
  }
  return index
}

function childrenOf({ steps }: TaskDefinition): readonly DefinedTask[] {
  return steps.flatMap(({ child }) => (child?.defined === undefined ? [] : [child.defined]))
}
