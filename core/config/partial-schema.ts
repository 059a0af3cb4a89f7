import type { TSchema } from 'typebox'

/** The part of JSON Schema that the configuration uses. */
export interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
  readonly additionalProperties?: boolean | SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly entry?: 'value' | 'plugin' | 'descriptor'
}

/** A copy of an object schema in which no property is required, and none has a default, at any depth. */
export function partialSchema(schema: TSchema): TSchema {
  return stripped(schema as SchemaNode) as TSchema
}

function stripped(node: SchemaNode & { readonly required?: readonly string[] }): SchemaNode {
  const { default: _default, required: _required, ...rest } = node
  if (rest.properties === undefined) return rest
  const properties = Object.entries(rest.properties).map(([key, property]) => [key, stripped(property)])
  return { ...rest, properties: Object.fromEntries(properties) }
}
