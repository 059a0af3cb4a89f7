import type { Logger } from '../contracts/logger.js'
import { changeText, DefinitionChangedError } from '../errors/version-errors.js'
import type { StoredDefinitions } from '../orchestration/stored-definitions.js'
import type { HandlerRegistry } from '../registry/handler-registry.js'

export interface ServedDefinitionsParts {
  readonly handlers: HandlerRegistry
  readonly definitions: StoredDefinitions
  readonly log: Logger
  /** Told when other tasks can be run than before. */
  changed(): void
}

/**
 * The tasks that this process may run: those it has the code of, in the form that is stored under their version. A worker with another
 * form of a version that has begun elsewhere would go on with its tasks in a graph that is not theirs.
 */
export class ServedDefinitions {
  readonly #parts: ServedDefinitionsParts
  /** Those left out that were told of. */
  readonly #told = new Set<string>()

  constructor(parts: ServedDefinitionsParts) {
    this.#parts = parts
  }

  /** Each as `namespace.name@version`. */
  get kinds(): readonly string[] {
    const { handlers, definitions } = this.#parts
    return handlers
      .list()
      .filter(({ value }) => definitions.has(value.definition))
      .map(({ key }) => key)
  }

  /**
   * Stores the definitions of all handlers. What the project itself names must be right, as at registration; what a package brings is
   * left out.
   *
   * @throws DefinitionChangedError with all that differs
   */
  async storeAll(): Promise<void> {
    const { handlers, definitions } = this.#parts
    const entries = handlers.list()
    const refused = await definitions.store(entries.map(({ value }) => value.definition))
    this.#parts.changed()
    if (refused.length === 0) return
    const contained = new Set(entries.filter(({ origin }) => origin.kind === 'package').map(({ key }) => key))
    const own = refused.filter(({ task }) => !contained.has(task))
    if (own.length > 0) throw new DefinitionChangedError(own)
    for (const change of refused.filter(({ task }) => !this.#told.has(task))) {
      this.#told.add(change.task)
      const { origin } = entries.find(({ key }) => key === change.task)!
      handlers.refuse(change.task, origin, [changeText(change)])
      this.#parts.log.error(
        { ...change, code: 'DEFINITION_CHANGED' },
        `${changeText(change)}\nIts tasks wait for a worker that has it`,
      )
    }
  }

  /** Handlers have come or gone. What comes while the worker runs is stored before it is served, and only told of if it cannot be. */
  async changed(isRunning: boolean): Promise<void> {
    this.#parts.changed()
    if (!isRunning) return
    const { log } = this.#parts
    try {
      await this.storeAll()
    } catch (error) {
      log.error({ err: error }, `${(error as Error).message}\nTasks of it are not run here`)
    }
  }
}
