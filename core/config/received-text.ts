import { printableValue } from './printable-value.js'

const longest = 120

/** A value for a message: its JSON, secrets masked, and its type where that says more. `key` is the one it stands under. */
export function receivedText(key: string, value: unknown): string {
  if (value === undefined) return 'nothing'
  const shown = printableValue(value, {}, key)
  if (shown === null) return 'null'
  const text = typeof shown === 'string' && typeof value !== 'string' ? shown : JSON.stringify(shown)
  return `${typeName(value)} ${text.length > longest ? `${text.slice(0, longest)}…` : text}`
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'the list'
  if (typeof value === 'string') return 'the text'
  return typeof value === 'object' || typeof value === 'function' ? 'the value' : `the ${typeof value}`
}
