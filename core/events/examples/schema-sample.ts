/** What of a JSON Schema says how a value may look. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly format?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
}

/**
 * A value that a JSON Schema describes: its first example, its default, or one made up from its types, all members included. It is
 * a sketch: patterns and conditions are not looked at.
 */
export function sampleOfSchema(schema: object, name = 'payload'): unknown {
  const { examples, const: only, enum: choices, anyOf, oneOf, ...rest } = schema as Schema
  if (examples !== undefined && examples.length > 0) return examples[0]
  if (rest.default !== undefined) return rest.default
  if ('const' in schema) return only
  const [branch] = anyOf ?? oneOf ?? []
  if (choices !== undefined) return choices[0]
  return branch === undefined ? sampleOfType(rest, name) : sampleOfSchema(branch, name)
}

function sampleOfType({ type, properties = {}, items = {}, ...rest }: Schema, name: string): unknown {
  switch (Array.isArray(type) ? type[0] : type) {
    case 'object':
      return Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, sampleOfSchema(inner, key)]))
    case 'array':
      return [sampleOfSchema(items, name)]
    case 'string':
      return sampleText(rest.format) ?? name
    case 'number':
    case 'integer':
      return rest.minimum ?? (rest.exclusiveMinimum ?? 0) + 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return Object.keys(properties).length > 0 ? sampleOfType({ type: 'object', properties }, name) : {}
  }
}

const texts: Readonly<Record<string, string>> = {
  uuid: '01970a10-4c00-7b2e-9c1d-5f0a3e8b7a01',
  'date-time': '2025-06-01T10:00:00.000Z',
  date: '2025-06-01',
  email: 'ada@shop.example',
  uri: 'https://shop.example',
}

function sampleText(format = ''): string | undefined {
  return texts[format]
}
