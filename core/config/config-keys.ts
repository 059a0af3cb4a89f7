import { configInputSchema, settingsSchema } from './config-schema.js'
import { expectedText } from './expected-text.js'
import type { SchemaNode } from './partial-schema.js'

/** One setting, for documentation. */
export interface ConfigKey {
  readonly path: string
  readonly expected: string
  readonly description: string
  /** Absent: no value unless one is given. */
  readonly default?: unknown
}

/** Every setting, in the order of the schema. */
export const configKeys: readonly ConfigKey[] = Object.freeze([
  ...keysOf(settingsSchema as SchemaNode, ''),
  describe('environments', (configInputSchema as SchemaNode).properties!.environments!),
])

function keysOf(node: SchemaNode, above: string): ConfigKey[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = above === '' ? key : `${above}.${key}`
    return child.properties === undefined ? [describe(path, child)] : keysOf(child, path)
  })
}

function describe(path: string, node: SchemaNode): ConfigKey {
  return { path, expected: expectedText(node), description: node.description ?? '', default: node.default }
}
