import { expandVariables, type Variables } from '../definition/expand-variables.js'
import { lookUpPlaceholder, onlyPlaceholder, placeholder } from '../definition/placeholders.js'
import { HttpOptionsError } from '../errors/http-errors.js'
import { describeKind } from './check-options.js'

/** What a template is filled from. */
export interface TemplateData {
  /** What `{{context.…}}` and `{{results.…}}` stand for. */
  readonly values: { readonly context: unknown; readonly results: unknown }
  /** What `${NAME}` stands for. */
  readonly variables: Variables
  /** Told of each value of a variable: it was kept out of the definition, and is a secret. */
  readonly onVariable: (value: string) => void
}

const asItIs = (text: string) => text

/**
 * Fills `{{context.order.id}}`, `{{results.step_name.total}}` and `${NAME}` in every text of a value. A text that is one placeholder
 * becomes the value itself, whatever it is; in a longer text it is written out. What was filled in is not looked at again.
 *
 * @param path where the value stands, for messages
 * @throws HttpOptionsError where a placeholder has no value, or none that a text can hold, or a variable is not set
 * @example
 * fillTemplate({ order: '{{context.id}}' }, data, 'body') // { order: 7 }
 */
export function fillTemplate(template: unknown, data: TemplateData, path: string): unknown {
  if (typeof template === 'string') return fillText(template, data, path)
  if (Array.isArray(template)) return template.map((item, index) => fillTemplate(item, data, `${path}[${index}]`))
  if (typeof template !== 'object' || template === null) return template
  return Object.fromEntries(
    Object.entries(template).map(([key, item]) => [key, fillTemplate(item, data, `${path}.${key}`)]),
  )
}

/** The same for a URL: what comes from context and results is escaped, so that it stays one segment of a path or one value. */
export function fillUrl(template: string, data: TemplateData): string {
  return fillParts(template, data, 'url', encodeForUrl)
}

function fillText(template: string, data: TemplateData, path: string): unknown {
  const alone = onlyPlaceholder(template)
  return alone === undefined ? fillParts(template, data, path, asItIs) : lookUp(alone, data, path)
}

function fillParts(template: string, data: TemplateData, path: string, encode: (text: string) => string): string {
  // Split by a pattern with a group: texts and names of placeholders by turns.
  return template
    .split(placeholder)
    .map((part, index) => (index % 2 === 0 ? fillVariables(part, data, path) : encode(asText(part, data, path))))
    .join('')
}

function fillVariables(text: string, { variables, onVariable }: TemplateData, path: string): string {
  const watched = new Proxy(variables, {
    get: (all, name) => {
      const value = all[name as string]
      if (value !== undefined && value !== '') onVariable(value)
      return value
    },
  })
  return expandVariables(text, watched, (_path, name) => {
    throw new HttpOptionsError(path, {
      expected: `a value of the environment variable ${name}`,
      received: 'none',
      wayOut: `Set it for the worker, or write a default: \${${name}:-…}`,
    })
  })
}

function asText(name: string, data: TemplateData, path: string): string {
  const value = lookUp(name, data, path)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new HttpOptionsError(path, {
    expected: `a text, a number or a boolean at ${name}`,
    received: describeKind(value),
  })
}

function lookUp(name: string, { values }: TemplateData, path: string): unknown {
  const found = lookUpPlaceholder(name, values)
  if (found !== undefined) return found.value
  throw new HttpOptionsError(path, {
    expected: `a value at ${name}`,
    received: 'none',
    wayOut: 'Results are those of the steps in `depends_on_steps`, and only these',
  })
}

function encodeForUrl(text: string): string {
  // A segment of dots alone would lead out of the path that it stands in.
  if (/^\.*$/.test(text)) {
    throw new HttpOptionsError('url', {
      expected: 'more than nothing or dots in each placeholder',
      received: describeKind(text),
    })
  }
  return encodeURIComponent(text)
}
