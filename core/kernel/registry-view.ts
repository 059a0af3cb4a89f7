import type { Registry } from '../registry/registry.js'
import type { RegistryEntry } from '../registry/registry-entry.js'

/** What can be read of a registry whose entries take more than being registered: to be attached, or set up. */
export class RegistryView<T> implements Iterable<RegistryEntry<T>> {
  readonly #registry: Registry<T>

  constructor(registry: Registry<T>) {
    this.#registry = registry
  }

  get(name: string): T | undefined {
    return this.#registry.get(name)
  }

  has(name: string): boolean {
    return this.#registry.has(name)
  }

  keys(): string[] {
    return this.#registry.keys()
  }

  /** The entries in order of registration: value, origin, time. */
  list(): RegistryEntry<T>[] {
    return this.#registry.list()
  }

  [Symbol.iterator](): Iterator<RegistryEntry<T>> {
    return this.#registry[Symbol.iterator]()
  }

  /** Notes that something could not even be offered. */
  refuse(...refusal: Parameters<Registry<T>['refuse']>): void {
    this.#registry.refuse(...refusal)
  }

  refusals() {
    return this.#registry.refusals()
  }

  stats() {
    return this.#registry.stats()
  }

  health() {
    return this.#registry.health()
  }
}
