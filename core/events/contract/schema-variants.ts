/** A JSON Schema, as far as contracts look into it. */
export interface SchemaNode {
  readonly [keyword: string]: unknown
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
}

/** What says nothing about the value itself. */
const annotations = new Set(['$comment', '$id', '$schema', 'default', 'deprecated', 'description', 'examples', 'title'])

/** The schema without annotations; those of its parts stay. */
export function bare(schema: SchemaNode): SchemaNode {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !annotations.has(keyword)))
}

/** Whether it allows any value. */
export function isAny(schema: SchemaNode): boolean {
  return Object.keys(bare(schema)).length === 0
}

/** The forms that a value may have, each of one type or one literal. */
export function variantsOf(schema: SchemaNode): readonly SchemaNode[] {
  const { anyOf, oneOf, enum: choices, type, ...rest } = bare(schema)
  const branches = anyOf ?? oneOf
  if (branches !== undefined) return branches.flatMap((branch) => variantsOf({ ...rest, ...branch }))
  if (choices !== undefined) return choices.map((choice) => ({ const: choice }))
  if ('const' in rest) return [{ const: rest.const }]
  if (Array.isArray(type)) return type.map((one) => ({ ...rest, type: one }))
  return [{ ...rest, ...(type === undefined ? impliedType(rest) : { type }) }]
}

/** `{ properties: … }` without a type means an object to whoever wrote it. */
function impliedType(schema: SchemaNode): { readonly type?: string } {
  if (schema.properties !== undefined || schema.required !== undefined) return { type: 'object' }
  return schema.items === undefined ? {} : { type: 'array' }
}

export function isLiteral(schema: SchemaNode): boolean {
  return 'const' in schema
}

/** The type of a variant; of a literal that of its value. */
export function typeOfVariant(variant: SchemaNode): string {
  if (!isLiteral(variant)) return typeof variant.type === 'string' ? variant.type : 'any'
  if (variant.const === null) return 'null'
  if (Array.isArray(variant.const)) return 'array'
  return Number.isInteger(variant.const) ? 'integer' : typeof variant.const
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
  any: 'anything',
}

/** A variant in words. */
export function variantText(variant: SchemaNode): string {
  if (isLiteral(variant)) return JSON.stringify(variant.const)
  const type = typeOfVariant(variant)
  return words[type] ?? type
}
