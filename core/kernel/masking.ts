import { maskPayload } from '../events/masking.js'
import type { HandlerRegistry } from '../registry/handler-registry.js'

/** Where the paths that a task declares `sensitive` may stand in what leaves the engine. */
const placesOf = (path: string): readonly string[] => [
  `context.${path}`,
  `results.${path}`,
  `inputs.context.${path}`,
  `inputs.results.*.${path}`,
  `steps.*.results.${path}`,
  `item.${path}`,
  `element.item.${path}`,
]

/** Masks secrets and people's data: the configuration's filter list, and the `sensitive` paths of a task's definition. */
export class Masking {
  readonly #filter: { readonly parameters: readonly string[]; readonly mask: string }
  readonly #handlers: HandlerRegistry
  readonly #paths = new Map<string, readonly string[]>()

  constructor(filter: { readonly parameters: readonly string[]; readonly mask: string }, handlers: HandlerRegistry) {
    this.#filter = filter
    this.#handlers = handlers
  }

  /** The value without what must not leave; `definitionKey` is `namespace.name@version` of the task that it belongs to. */
  mask<T>(value: T, definitionKey?: string): T {
    return maskPayload(value, { ...this.#filter, sensitivePaths: this.#sensitivePaths(definitionKey) })
  }

  /** The event with its payload masked. */
  maskEvent<E extends { readonly payload: unknown }>(event: E): E {
    const { namespace, taskName, version } = (event.payload ?? {}) as Record<string, unknown>
    const key = taskName === undefined ? undefined : `${namespace}.${taskName}@${version}`
    return { ...event, payload: this.mask(event.payload, key) }
  }

  #sensitivePaths(definitionKey: string | undefined): readonly string[] {
    if (definitionKey === undefined) return []
    const known = this.#paths.get(definitionKey)
    if (known) return known
    const definition = this.#handlers.has(definitionKey) ? this.#handlers.find(definitionKey)?.definition : undefined
    const paths = definition?.sensitive.flatMap(placesOf) ?? []
    if (definition) this.#paths.set(definitionKey, paths)
    return paths
  }
}
