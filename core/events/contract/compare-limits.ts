import { isDeepStrictEqual } from 'node:util'
import type { SchemaChange } from './contract-change.js'
import type { SchemaNode } from './schema-variants.js'

const lowest = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const
const highest = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const
const shapes = ['format', 'pattern', 'multipleOf', 'uniqueItems', 'contentEncoding', 'contentMediaType'] as const

/**
 * What has changed in the limits of a value. One that is looser lets values come that nobody had to expect; one that is tighter
 * concerns nobody who only reads.
 */
export function compareLimits(before: SchemaNode, now: SchemaNode, path: string): SchemaChange[] {
  return [
    ...lowest.flatMap((keyword) => compareBound(keyword, before, now, path, (old, next) => next < old)),
    ...highest.flatMap((keyword) => compareBound(keyword, before, now, path, (old, next) => next > old)),
    ...shapes.flatMap((keyword) => compareShape(keyword, before[keyword], now[keyword], path)),
  ]
}

function compareBound(
  keyword: string,
  before: SchemaNode,
  now: SchemaNode,
  path: string,
  isLooser: (old: number, next: number) => boolean,
): SchemaChange[] {
  const [old, next] = [before[keyword], now[keyword]] as readonly (number | undefined)[]
  if (old === next) return []
  const change = `${keyword} was ${old ?? 'not set'}, is now ${next ?? 'not set'}`
  const isLoose = next === undefined || (old !== undefined && isLooser(old, next))
  return [{ weight: isLoose ? 'breaking' : 'compatible', path, change }]
}

function compareShape(keyword: string, old: unknown, next: unknown, path: string): SchemaChange[] {
  if (isDeepStrictEqual(old, next)) return []
  const [was, is] = [old, next].map((value) => (value === undefined ? 'not set' : JSON.stringify(value)))
  return [
    {
      weight: old === undefined ? 'compatible' : 'breaking',
      path,
      change: `${keyword} was ${was}, is now ${is}`,
    },
  ]
}
