/** A requirement on one field: gives what is expected when the value does not satisfy it. */
export type FieldRule = (value: unknown) => string | undefined

/** What a kind of thing must have, field by field. */
export type InterfaceRules = Readonly<Record<string, FieldRule>>

/**
 * Compares a value with an interface; each problem says which field, what is expected, and what was found.
 *
 * Looks at the shape alone, not at classes or brands, so that values made by another copy of the package, or by hand, pass.
 *
 * @example
 * fieldProblems({ formats: 'yaml' }, { formats: texts })
 * // ['`formats` must be a list of at least one text; found "yaml"']
 */
export function fieldProblems(value: unknown, rules: InterfaceRules): string[] {
  if (!isObject(value)) return [`it must be an object; found ${describeFound(value)}`]
  return Object.entries(rules).flatMap(([field, rule]) => {
    const expected = rule(value[field])
    return expected === undefined ? [] : [`\`${field}\` must be ${expected}; found ${describeFound(value[field])}`]
  })
}

const rule =
  (expected: string, holds: (value: unknown) => boolean): FieldRule =>
  (value) =>
    holds(value) ? undefined : expected

/** A text with something in it. */
export const text: FieldRule = rule('a text that is not empty', isText)

/** A list of texts, at least one. */
export const texts: FieldRule = rule(
  'a list of at least one text',
  (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
)

/** A list of texts, possibly empty. */
export const textsOrNone: FieldRule = rule('a list of texts', (value) => Array.isArray(value) && value.every(isText))

export const finiteNumber: FieldRule = rule('a number', Number.isFinite)

export const positiveInteger: FieldRule = rule(
  'a whole number from 1',
  (value) => Number.isSafeInteger(value) && Number(value) > 0,
)

export const aBoolean: FieldRule = rule('true or false', (value) => typeof value === 'boolean')

export const anObject: FieldRule = rule('an object', isObject)

/** One of a few texts. */
export const oneOfTexts = (...choices: readonly string[]): FieldRule =>
  rule(choices.map((choice) => `"${choice}"`).join(' or '), (value) => choices.includes(value as string))

/** A function that takes at most as many parameters as it will be given; `signature` is how it is written. */
export const functionWritten = (signature: string, mostParameters: number): FieldRule =>
  rule(signature, (value) => typeof value === 'function' && value.length <= mostParameters)

/** A field that may be left out. */
export const optional =
  (inner: FieldRule): FieldRule =>
  (value) =>
    value === undefined ? undefined : inner(value)

/** A field that satisfies `first`, and then `second`. */
export const both =
  (first: FieldRule, second: FieldRule): FieldRule =>
  (value) =>
    first(value) ?? second(value)

export { rule as fieldRule }

/** Whether a value is an object, not null; lists and functions are not. */
export function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

/** The name that a value gives itself, for messages; works for anything. */
export function nameOf(value: unknown): string {
  const isNamed = isObject(value) || typeof value === 'function'
  const name = isNamed ? (value as { readonly name?: unknown }).name : undefined
  return isText(name) ? name : '(unnamed)'
}

/** A value as a message shows it: short, and never its contents where these may be large. */
export function describeFound(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'function') return describeFunction(value)
  if (Array.isArray(value))
    return value.length === 0 ? 'an empty list' : `a list of ${value.map(describeItem).slice(0, 5).join(', ')}`
  if (value instanceof Promise) return 'a promise: await it first'
  if (isObject(value)) return describeObject(value)
  return String(value)
}

function describeItem(value: unknown): string {
  return Array.isArray(value) ? 'a list' : describeFound(value)
}

function describeObject(value: object): string {
  const maker = value.constructor?.name ?? 'Object'
  return maker === 'Object' ? 'an object' : `an object of class ${maker}`
}

function describeFunction(value: { readonly name: string; readonly length: number }): string {
  const source = Function.prototype.toString.call(value)
  if (source.startsWith('class')) return `the class ${value.name || '(unnamed)'}`
  const sort = Object.prototype.toString.call(value).slice(8, -1)
  const words: Record<string, string> = {
    AsyncFunction: 'an async function',
    GeneratorFunction: 'a generator function that is not async',
    AsyncGeneratorFunction: 'an async generator function',
  }
  return `${words[sort] ?? 'a function'} with ${value.length} parameter${value.length === 1 ? '' : 's'}`
}
