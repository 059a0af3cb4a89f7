import { PlaceholderError } from '../errors/step-errors.js'

/** What placeholders stand for. */
export interface PlaceholderValues {
  readonly context: unknown
  readonly results: unknown
}

/** `{{context.order.id}}`, `{{results.step_name.total}}`; the name is the first group. */
export const placeholder = /\{\{\s*((?:context|results)(?:\.[^\s{}.]+)*)\s*\}\}/

/** The name in a text that is one placeholder and nothing else. */
export function onlyPlaceholder(text: string): string | undefined {
  return new RegExp(`^${placeholder.source}$`).exec(text)?.[1]
}

/** The value of a name, in an object of its own, because it may be undefined; undefined if there is none. */
export function lookUpPlaceholder(name: string, values: PlaceholderValues): { readonly value: unknown } | undefined {
  let value: unknown = values
  for (const key of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return { value }
}

/**
 * Fills the placeholders in every text of a value. A text that is one placeholder becomes the value itself, whatever it is; in a longer
 * text it is written out.
 *
 * @throws PlaceholderError where a placeholder has no value, or none that a text can hold
 * @example
 * fillPlaceholders({ order: '{{context.id}}' }, { context: { id: 7 }, results: {} }) // { order: 7 }
 */
export function fillPlaceholders(template: unknown, values: PlaceholderValues): unknown {
  if (typeof template === 'string') return fillText(template, values)
  if (Array.isArray(template)) return template.map((item) => fillPlaceholders(item, values))
  if (typeof template !== 'object' || template === null) return template
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fillPlaceholders(item, values)]))
}

function fillText(text: string, values: PlaceholderValues): unknown {
  const alone = onlyPlaceholder(text)
  if (alone !== undefined) return placeholderValue(alone, values)
  // Split by a pattern with a group: texts and names of placeholders by turns.
  return text
    .split(placeholder)
    .map((part, index) => (index % 2 === 0 ? part : asText(part, values)))
    .join('')
}

function asText(name: string, values: PlaceholderValues): string {
  const value = placeholderValue(name, values)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new PlaceholderError(name, 'a text, a number or a boolean, because it stands in a text')
}

function placeholderValue(name: string, values: PlaceholderValues): unknown {
  const found = lookUpPlaceholder(name, values)
  if (found !== undefined) return found.value
  throw new PlaceholderError(name, 'a value there')
}
