/** A JSON Schema, as far as types are made of it. */
export interface TypedSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly TypedSchema[]
  readonly properties?: Readonly<Record<string, TypedSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | TypedSchema
  readonly items?: TypedSchema
  readonly description?: string
  readonly default?: unknown
}

export interface TypeOptions {
  /** The name of a type that stands for a schema; undefined: it is written out. */
  readonly nameOf?: (schema: TypedSchema, path: string) => string | undefined
  /** Whether it is given, and only read: members with a default may be left out. Entries of a map have none. */
  readonly isInput?: boolean
  readonly isEntry?: boolean
}

/** The members of an object as TypeScript, one a line, each with what it means. */
export function membersOf(schema: TypedSchema, path: string, indent: string, options: TypeOptions = {}): string {
  const { properties = {}, required = [] } = schema
  const { isInput = false, isEntry = false } = options
  return Object.entries(properties)
    .map(([name, member]) => {
      const optional = (isInput && !isEntry) || !required.includes(name) ? '?' : ''
      const type = typeOf(member, path === '' ? name : `${path}.${name}`, indent, options)
      return `${docOf(member, indent)}${indent}${isInput ? 'readonly ' : ''}${name}${optional}: ${type}\n`
    })
    .join('')
}

function typeOf(schema: TypedSchema, path: string, indent: string, options: TypeOptions): string {
  const named = options.nameOf?.(schema, path)
  if (named !== undefined) return named
  const { type, enum: choices, anyOf, properties, items = {}, additionalProperties } = schema
  if ('const' in schema) return literal(schema.const)
  if (choices !== undefined) return choices.map(literal).join(' | ')
  if (anyOf !== undefined) return anyOf.map((branch) => typeOf(branch, path, indent, options)).join(' | ')
  if (properties !== undefined) return `{\n${membersOf(schema, path, `${indent}  `, options)}${indent}}`
  if (type === 'array') {
    const element = typeOf(items, `${path}[]`, indent, options)
    return `${options.isInput === true ? 'readonly ' : ''}${element.includes(' ') ? `(${element})` : element}[]`
  }
  if (typeof additionalProperties === 'object') {
    const value = typeOf(additionalProperties, `${path}.*`, indent, { ...options, isEntry: true })
    return options.isInput === true ? `Readonly<Record<string, ${value}>>` : `Record<string, ${value}>`
  }
  return plainTypes[type ?? ''] ?? 'unknown'
}

const plainTypes: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
}

/** What an editor shows for a member: what it means, and its default. */
function docOf({ description, default: value }: TypedSchema, indent: string): string {
  if (description === undefined) return ''
  const isSaid = value === undefined || /\bDefault\b/.test(description) || JSON.stringify(value).length > 60
  const text = isSaid ? description : `${description} Default ${literal(value)}.`
  return `${indent}/** ${text.replaceAll('*/', '*\\/')} */\n`
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "\\'")}'`
  return JSON.stringify(value)
}
