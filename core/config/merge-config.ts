import { configPath } from './config-path.js'
import type { SchemaNode } from './partial-schema.js'
import { isPlainObject } from './plain-object.js'

/** Settings from one place; `name` says which: a file, an overlay, an environment variable. */
export interface ConfigLayer {
  readonly name: string
  readonly values: Readonly<Record<string, unknown>>
}

export interface MergedConfig {
  readonly values: Record<string, unknown>
  /** For each setting that a layer gave, the name of the last one: `execution.concurrentTasks` → `tasker.config.ts`. */
  readonly sources: Record<string, string>
}

/** Lays layers over each other: objects are merged, everything else is replaced, `undefined` says nothing. */
export function mergeLayers(layers: readonly ConfigLayer[]): MergedConfig {
  const merged: MergedConfig = { values: {}, sources: {} }
  for (const layer of layers) {
    chooseDatabase(merged, layer)
    mergeInto(merged.values, layer, layer.values, [], merged.sources)
  }
  return merged
}

function mergeInto(
  target: Record<string, unknown>,
  layer: ConfigLayer,
  values: Readonly<Record<string, unknown>>,
  above: readonly string[],
  sources: Record<string, string>,
): void {
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue
    const path = [...above, key]
    if (isPlainObject(value)) {
      const before = target[key]
      if (!isPlainObject(before)) forget(sources, path)
      const object = isPlainObject(before) ? before : {}
      target[key] = object
      mergeInto(object, layer, value, path, sources)
    } else {
      forget(sources, path)
      target[key] = Array.isArray(value) ? [...value] : value
      sources[configPath(path)] = layer.name
    }
  }
}

/** A layer that names a folder and no server turns away from the server of a layer below. */
function chooseDatabase(merged: MergedConfig, { values: { database } }: ConfigLayer): void {
  if (!isPlainObject(database) || !isPlainObject(merged.values.database)) return
  if (database.path === undefined || database.url !== undefined) return
  delete merged.values.database.url
  delete merged.sources['database.url']
}

function forget(sources: Record<string, string>, path: readonly string[]): void {
  const prefix = configPath(path)
  for (const known of Object.keys(sources)) {
    if (known === prefix || known.startsWith(`${prefix}.`) || known.startsWith(`${prefix}[`)) delete sources[known]
  }
}

/** A copy with the defaults of the schema where the value has none. */
export function withDefaults(schema: SchemaNode, value: unknown): unknown {
  if (schema.properties === undefined) return value === undefined ? structuredClone(schema.default) : value
  const given = isPlainObject(value) ? value : {}
  const filled = Object.entries(schema.properties).map(([key, property]) => [key, withDefaults(property, given[key])])
  return Object.fromEntries(filled.filter(([, one]) => one !== undefined))
}
