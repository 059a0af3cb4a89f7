/** Values of environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

const variable = /(\$?)\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g

/** Whether a value is a text with variables to fill in. */
export function hasVariables(value: unknown): boolean {
  if (typeof value !== 'string') return false
  return [...value.matchAll(variable)].some(([, escaped]) => escaped === '')
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text of a value; the default also stands in for an empty variable.
 * `$${NAME}` gives the text `${NAME}`. Keys are left as they are.
 *
 * @param onMissing called with the path and the name of each variable that is missing and has no default
 */
export function expandVariables<T>(
  value: T,
  variables: Variables,
  onMissing: (path: readonly (string | number)[], name: string) => void,
  path: readonly (string | number)[] = [],
): T {
  if (typeof value === 'string') return expandText(value, variables, (name) => onMissing(path, name)) as T
  if (Array.isArray(value)) {
    return value.map((one, index) => expandVariables(one, variables, onMissing, [...path, index])) as T
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, expandVariables(one, variables, onMissing, [...path, key])]),
  ) as T
}

function expandText(text: string, variables: Variables, onMissing: (name: string) => void): string {
  return text.replace(variable, (whole, escaped: string, name: string, fallback: string | undefined) => {
    if (escaped !== '') return whole.slice(1)
    const found = variables[name]
    if (found !== undefined && (found !== '' || fallback === undefined)) return found
    if (fallback === undefined) onMissing(name)
    return fallback ?? ''
  })
}
