import type { SchemaNode } from './partial-schema.js'

const entryTexts = {
  value: 'a text (folder, file or package) or a value',
  plugin: 'a text (folder, file or package), a plugin, or { use, options }',
  descriptor: 'what defineEvent gives',
} as const

/** What a schema accepts, in words: `an integer from 1 to 60000`. */
export function expectedText(schema: SchemaNode): string {
  if (schema.entry !== undefined) return entryTexts[schema.entry]
  if (schema.anyOf !== undefined) return schema.anyOf.map(expectedText).join(' or ')
  if (schema.enum !== undefined) return `one of ${schema.enum.map((choice) => JSON.stringify(choice)).join(', ')}`
  switch (schema.type) {
    case 'integer':
      return `an integer${range(schema)}`
    case 'number':
      return `a number${range(schema)}`
    case 'string':
      return stringText(schema)
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a list of ${(schema.minItems ?? 0) > 0 ? `at least ${schema.minItems}: ` : ''}${elementText(schema.items)}`
    default:
      return schema.properties === undefined
        ? 'an object'
        : `an object with ${Object.keys(schema.properties).join(', ')}`
  }
}

function range({ minimum, maximum }: SchemaNode): string {
  return `${minimum === undefined ? '' : ` from ${minimum}`}${maximum === undefined ? '' : ` to ${maximum}`}`
}

function stringText({ pattern, minLength, maxLength }: SchemaNode): string {
  if (pattern !== undefined) return `a text that matches ${pattern}`
  if (maxLength !== undefined) return `a text of at most ${maxLength} characters`
  return minLength === undefined ? 'a text' : 'a text that is not empty'
}

function elementText(items: SchemaNode | undefined): string {
  if (items?.type === 'string') return 'texts'
  if (items?.type === 'integer') return `integers${range(items)}`
  return items === undefined ? 'values' : `entries, each ${expectedText(items)}`
}
