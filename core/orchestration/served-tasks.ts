import type { KeyLimits, Serving } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import { fullNameOf } from './lifecycle-publisher.js'

export interface KeyLimitSource {
  of(kind: string): number | undefined
  readonly otherwise: number
}

/** Which tasks this worker runs: those it has the code of, in the namespaces that it is pinned to. */
export class ServedTasks {
  readonly #kinds: () => readonly string[]
  readonly #namespaces: readonly string[] | undefined
  readonly #keyLimits: KeyLimitSource
  #known: ReadonlySet<string> | undefined
  #limits: KeyLimits | undefined

  /**
   * @param kinds what there is the code of, each as `namespace.name@version`
   * @param namespaces absent: all
   * @param keyLimits the limit of a kind for tasks of one concurrency key, where it says one, and that of all others
   */
  constructor(
    kinds: () => readonly string[],
    namespaces?: readonly string[],
    keyLimits: KeyLimitSource = { of: () => undefined, otherwise: 1 },
  ) {
    this.#keyLimits = keyLimits
    this.#kinds = kinds
    this.#namespaces = namespaces
  }

  get serving(): Serving {
    const { keyLimits } = this
    return {
      kinds: [...this.#current()],
      keyLimits,
      ...(this.#namespaces === undefined ? {} : { namespaces: this.#namespaces }),
    }
  }

  /** The kinds that it runs. */
  get kinds(): readonly string[] {
    const isServed = (kind: string) => this.#namespaces?.some((namespace) => kind.startsWith(`${namespace}.`)) ?? true
    return [...this.#current()].filter(isServed)
  }

  includes(task: Pick<TaskRecord, 'namespace' | 'name' | 'version'>): boolean {
    return (this.#namespaces?.includes(task.namespace) ?? true) && this.#current().has(fullNameOf(task))
  }

  /** Namespaces that it is pinned to and has no code for: nothing will run there. */
  get idleNamespaces(): readonly string[] {
    const kinds = [...this.#current()]
    return (this.#namespaces ?? []).filter((namespace) => !kinds.some((kind) => kind.startsWith(`${namespace}.`)))
  }

  /** How many tasks of one key may be in progress at once, by kind. */
  get keyLimits(): KeyLimits {
    if (this.#limits !== undefined) return this.#limits
    const { of, otherwise } = this.#keyLimits
    const byKind = new Map<string, number>()
    for (const kind of this.#current()) {
      const limit = of(kind)
      if (limit !== undefined) byKind.set(kind, limit)
    }
    this.#limits = { byKind, otherwise }
    return this.#limits
  }

  /** The limit for tasks of a name: of versions that differ, the lowest, until only newer ones are left. */
  limitOfKey({ namespace, name }: Pick<TaskRecord, 'namespace' | 'name'>): number {
    const { byKind, otherwise } = this.keyLimits
    const ofName = [...this.#current()].filter((kind) => kind.startsWith(`${namespace}.${name}@`))
    const limits = ofName.map((kind) => byKind.get(kind) ?? otherwise)
    return limits.length === 0 ? otherwise : Math.min(...limits)
  }

  /** Handlers have come or gone. */
  changed(): void {
    this.#known = undefined
    this.#limits = undefined
  }

  #current(): ReadonlySet<string> {
    this.#known ??= new Set(this.#kinds())
    return this.#known
  }
}
