import { isDeepStrictEqual } from 'node:util'
import { compareLimits } from './compare-limits.js'
import { compareMembers } from './compare-members.js'
import { type ChangeWeight, hasBreak, type SchemaChange } from './contract-change.js'
import { bare, isAny, isLiteral, type SchemaNode, typeOfVariant, variantsOf, variantText } from './schema-variants.js'

/** What this comparison understands; a change in anything else is for a person to judge. */
const understood = new Set([
  ...['type', 'const', 'enum', 'anyOf', 'oneOf', 'properties', 'required', 'additionalProperties', 'items'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength', 'minItems', 'maxItems'],
  ...['format', 'pattern', 'uniqueItems', 'multipleOf', 'contentEncoding', 'contentMediaType'],
])

/**
 * What has changed between two JSON Schemas of one payload, for those who read it. The direction matters: a payload is only read,
 * so that a value that may no longer come, and one that may newly come, both concern the reader, and what is added to an object does not.
 *
 * @param path where the schemas stand, for the changes
 */
export function compareSchemas(before: SchemaNode, now: SchemaNode, path: string): SchemaChange[] {
  const [old, next] = [bare(before), bare(now)]
  if (isDeepStrictEqual(old, next)) return []
  const foreign = [...Object.keys(old), ...Object.keys(next)].filter((keyword) => !understood.has(keyword))
  const differing = [...new Set(foreign)].filter((keyword) => !isDeepStrictEqual(old[keyword], next[keyword]))
  if (differing.length > 0) {
    return [change('breaking', path, `${differing.join(', ')} changed: what that means only a person can judge`)]
  }
  if (isAny(old)) return isAny(next) ? [] : [change('notable', path, `was anything, is now ${variantsText(next)}`)]
  if (isAny(next)) return [change('breaking', path, `was ${variantsText(old)}, may now be anything`)]
  return compareVariants(variantsOf(old), variantsOf(next), path)
}

function compareVariants(old: readonly SchemaNode[], next: readonly SchemaNode[], path: string): SchemaChange[] {
  const changes: SchemaChange[] = []
  const matched = new Set<SchemaNode>()
  for (const variant of old) {
    const best = bestMatch(variant, next, path)
    if (best === undefined) changes.push(change('breaking', path, goneText(variant, next)))
    else {
      matched.add(best.variant)
      changes.push(...best.changes)
    }
  }
  for (const variant of next.filter((each) => !matched.has(each))) changes.push(...newVariant(variant, old, path))
  // Each of ten words that became a free text says the same.
  return changes.filter((one, at) => changes.findIndex((other) => isDeepStrictEqual(one, other)) === at)
}

function goneText(old: SchemaNode, next: readonly SchemaNode[]): string {
  const left = isLiteral(old) ? [] : next.filter((each) => isLiteral(each) && mayReplace(each, old))
  if (left.length > 0) return `was ${variantText(old)}, can now only be ${left.map(variantText).join(', ')}`
  return `is never ${variantText(old)} any more`
}

/** The variant that takes the place of an old one: that with the least to say, of those that still allow all of it. */
function bestMatch(old: SchemaNode, next: readonly SchemaNode[], path: string) {
  const matches = next
    .filter((variant) => mayReplace(old, variant))
    .map((variant) => ({ variant, changes: compareVariant(old, variant, path) }))
  return matches.sort((a, b) => breaks(a.changes) - breaks(b.changes) || a.changes.length - b.changes.length)[0]
}

function mayReplace(old: SchemaNode, next: SchemaNode): boolean {
  if (isLiteral(next)) return isLiteral(old) && isDeepStrictEqual(old.const, next.const)
  const [before, now] = [typeOfVariant(old), typeOfVariant(next)]
  return before === now || (before === 'integer' && now === 'number') || (before === 'number' && now === 'integer')
}

function compareVariant(old: SchemaNode, next: SchemaNode, path: string): SchemaChange[] {
  if (isLiteral(old)) {
    return isLiteral(next) ? [] : [change('breaking', path, `may now be ${variantText(next)} of any kind`)]
  }
  const changes: SchemaChange[] = []
  const [before, now] = [typeOfVariant(old), typeOfVariant(next)]
  if (before === 'integer' && now === 'number') changes.push(change('breaking', path, 'may now have a fraction'))
  if (before === 'number' && now === 'integer') changes.push(change('notable', path, 'has no fraction any more'))
  changes.push(...compareLimits(old, next, path))
  if (before === 'object') changes.push(...compareMembers(old, next, path, compareSchemas))
  if (before === 'array') changes.push(...compareSchemas(old.items ?? {}, next.items ?? {}, `${path}[]`))
  return changes
}

/**
 * A form that is new. Another word beside words is what lists of words may gain at any time; another type, or an object that lacks
 * what all others have, is what nobody had to expect.
 */
function newVariant(variant: SchemaNode, old: readonly SchemaNode[], path: string): SchemaChange[] {
  const text = `may now be ${variantText(variant)}`
  if (isLiteral(variant)) {
    if (old.some((each) => !isLiteral(each) && mayReplace(variant, each))) return []
    const isAmongWords = old.some((each) => isLiteral(each) && typeOfVariant(each) === typeOfVariant(variant))
    return [change(isAmongWords ? 'notable' : 'breaking', path, text)]
  }
  const known = old.filter((each) => !isLiteral(each) && typeOfVariant(each) === typeOfVariant(variant))
  if (known.length === 0) {
    return [change('breaking', path, text)]
  }
  const isReadable = known.some((each) => !hasBreak(compareVariant(each, variant, path)))
  return [change(isReadable ? 'notable' : 'breaking', path, `${text} of another form`)]
}

function variantsText(schema: SchemaNode): string {
  return variantsOf(schema).map(variantText).join(' or ')
}

function breaks(changes: readonly SchemaChange[]): number {
  return changes.filter(({ weight }) => weight === 'breaking').length
}

function change(weight: ChangeWeight, path: string, text: string): SchemaChange {
  return { weight, path, change: text }
}
