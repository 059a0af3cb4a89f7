const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML 1.0 has no way at all to write these, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are taken away
const unspeakable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu

/** A text as the content of an element. */
export function escapeText(text: string): string {
  return text.replaceAll(unspeakable, '\ufffd').replaceAll(/[&<>"]/g, (character) => escapes[character]!)
}

/** A name as that of an element: what a name cannot hold becomes an underscore. */
export function elementName(name: string): string {
  const allowed = name.replaceAll(/[^\p{L}\p{N}_.-]/gu, '_')
  return /^[\p{L}_]/u.test(allowed) ? allowed : `_${allowed}`
}

/** A value of a record as text: times in ISO 8601, what has parts as JSON. */
export function valueText(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object' && value !== null) {
    return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? String(part) : part))
  }
  return String(value)
}
