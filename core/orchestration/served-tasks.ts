import type { Serving } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import { fullNameOf } from './lifecycle-publisher.js'

/** Which tasks this worker runs: those it has the code of, in the namespaces that it is pinned to. */
export class ServedTasks {
  readonly #kinds: () => readonly string[]
  readonly #namespaces: readonly string[] | undefined
  #known: ReadonlySet<string> | undefined

  /**
   * @param kinds what there is the code of, each as `namespace.name@version`
   * @param namespaces absent: all
   */
  constructor(kinds: () => readonly string[], namespaces?: readonly string[]) {
    this.#kinds = kinds
    this.#namespaces = namespaces
  }

  get serving(): Serving {
    return { kinds: [...this.#current()], ...(this.#namespaces === undefined ? {} : { namespaces: this.#namespaces }) }
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

  /** Handlers have come or gone. */
  changed(): void {
    this.#known = undefined
  }

  #current(): ReadonlySet<string> {
    this.#known ??= new Set(this.#kinds())
    return this.#known
  }
}
