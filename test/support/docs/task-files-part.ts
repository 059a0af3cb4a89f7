import { taskYamlSchema } from '../../../core/definition/task-yaml-schema.js'
import { markdownTable } from './markdown-table.js'

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: unknown
  readonly anyOf?: readonly Schema[]
  readonly const?: unknown
}

/** The keys of a task file. */
export function taskKeysPart(): string {
  return keyTable(taskYamlSchema as unknown as Schema)
}

/** The keys of a step of a task file. */
export function stepKeysPart(): string {
  return keyTable((taskYamlSchema as unknown as Schema).properties!.step_templates!.items!)
}

function keyTable({ properties = {} }: Schema): string {
  const rows = Object.entries(properties).flatMap(([key, schema]) => rowsOf(key, schema))
  return markdownTable(['key', 'is', 'means'], rows)
}

/** A key, and those of the map that it holds. */
function rowsOf(key: string, schema: Schema): readonly (readonly string[])[] {
  const own = [`\`${key}\``, kindOf(schema), schema.description ?? '']
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => rowsOf(`${key}.${name}`, part))
  return [own, ...inner]
}

function kindOf({ type, const: only, anyOf, items, properties }: Schema): string {
  if (only !== undefined) return `\`${only}\``
  if (anyOf !== undefined) return anyOf.map(kindOf).join(' or ')
  if (type === 'array') return `list of ${plural(items)}`
  if (type === 'object') return properties === undefined ? 'map' : 'map with its own keys'
  return words[type ?? ''] ?? type ?? 'anything'
}

function plural(items: Schema | undefined): string {
  if (items?.type === 'string') return 'texts'
  return items?.type === 'number' ? 'numbers' : 'entries'
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
}
