import type { Logger } from '../contracts/logger.js'
import type { Store } from '../contracts/store.js'
import type { TaskDefinition } from '../contracts/task-definition.js'
import { definitionDifferences } from '../definition/definition-differences.js'
import { definitionDocument } from '../definition/definition-document.js'
import { changeText, type DefinitionChange, DefinitionChangedError } from '../errors/version-errors.js'
import type { DatabaseRetry } from './database-retry.js'
import { fullNameOf } from './lifecycle-publisher.js'

export interface StoredDefinitionsOptions {
  readonly store: Store
  readonly databaseRetry: DatabaseRetry
  readonly log: Logger
  /** What becomes of a definition that differs from the one that is stored under its version. */
  readonly onChange: 'refuse' | 'replace'
}

/**
 * What this process has stored of its definitions, or has found stored: a definition is compared with what stands under its version
 * once, and from then on costs a look at a set.
 */
export class StoredDefinitions {
  readonly #options: StoredDefinitionsOptions
  /** Names and hashes of those that are in the database as they are here. */
  readonly #stored = new Set<string>()

  constructor(options: StoredDefinitionsOptions) {
    this.#options = options
  }

  /** Whether it is known to be in the database as it is here: what has not been compared, or differs, is not. */
  has(definition: TaskDefinition): boolean {
    return this.#stored.has(keyOf(definition))
  }

  /**
   * Makes sure that a definition is stored.
   *
   * @throws DefinitionChangedError
   */
  async require(definition: TaskDefinition): Promise<void> {
    const changes = await this.store([definition])
    if (changes.length > 0) throw new DefinitionChangedError(changes)
  }

  /** Stores those that are not yet, in one statement, and gives those that are refused because another stands under their version. */
  async store(definitions: readonly TaskDefinition[]): Promise<readonly DefinitionChange[]> {
    const open = definitions.filter((definition) => !this.has(definition))
    if (open.length === 0) return []
    const { store, databaseRetry, onChange } = this.#options
    const differing = await databaseRetry.until('new definitions', () => store.registerDefinitions(open))
    const changed = differing.map(({ index, definition: stored }) => ({
      definition: open[index]!,
      differences: definitionDifferences(stored, JSON.parse(JSON.stringify(definitionDocument(open[index]!)))),
    }))
    // What only a newer Tasker writes otherwise is the same.
    const refused = changed.filter(({ differences }) => onChange === 'refuse' && differences.length > 0)
    const replaced = changed.filter((change) => !refused.includes(change))
    if (replaced.length > 0) await this.#replace(replaced)
    const isRefused = new Set(refused.map(({ definition }) => definition))
    for (const definition of open) if (!isRefused.has(definition)) this.#stored.add(keyOf(definition))
    return refused.map(asChange)
  }

  async #replace(replaced: readonly Changed[]): Promise<void> {
    const { store, databaseRetry, log } = this.#options
    const definitions = replaced.map(({ definition }) => definition)
    await databaseRetry.until('new definitions', () => store.replaceDefinitions(definitions))
    for (const change of replaced.filter(({ differences }) => differences.length > 0)) {
      const { task, differences } = asChange(change)
      log.warn(
        { task, differences },
        `${changeText({ task, differences })}\nIt takes the place of the stored one here; outside of development it would be refused`,
      )
    }
  }
}

interface Changed {
  readonly definition: TaskDefinition
  readonly differences: readonly string[]
}

function asChange({ definition, differences }: Changed): DefinitionChange {
  return { task: fullNameOf(definition), differences }
}

function keyOf(definition: TaskDefinition): string {
  return `${fullNameOf(definition)}#${definition.hash}`
}
