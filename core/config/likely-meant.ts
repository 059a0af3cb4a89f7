import type { SchemaNode } from './partial-schema.js'

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/**
 * How to write what was probably meant by a value of the wrong type; undefined where nobody can tell.
 *
 * @example
 * likelyMeant('handlerTimeoutMs', { type: 'integer' }, '30s') // 'Durations are numbers of milliseconds: 30000.'
 */
export function likelyMeant(key: string, { type }: SchemaNode, value: unknown): string | undefined {
  if (type === 'array' && typeof value === 'string') return `Write a list: ['${value}'].`
  if (type === 'string' && typeof value === 'number') return `Write it in quotes: '${value}'.`
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (type === 'boolean' && /^(true|false)$/i.test(text)) return `Write it without quotes: ${text.toLowerCase()}.`
  if (type !== 'integer' && type !== 'number') return undefined
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? []
  if (amount === undefined) return undefined
  if (unit === '') return `Write it without quotes: ${amount}.`
  const factor = key.endsWith('Ms') ? unitsMs[unit!.toLowerCase()] : undefined
  return factor === undefined ? undefined : `Durations are numbers of milliseconds: ${Number(amount) * factor}.`
}
