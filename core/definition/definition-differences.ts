import { canonicalJson } from './definition-hash.js'

type Document = Readonly<Record<string, unknown>>

/** What says which definition it is, or follows from the rest. */
const keys = ['namespace', 'name', 'version', 'hash', 'steps']

/**
 * What has changed between two definitions as they are stored, a line for each: steps added, removed and put in another order, and
 * options with their values before and after.
 *
 * @example
 * definitionDifferences(stored, current) // ['step "ship" was added', 'step "charge": retry.limit 3 → 5']
 */
export function definitionDifferences(before: Document, after: Document): readonly string[] {
  return [
    ...optionDifferences(without(before, keys), without(after, keys)),
    ...stepDifferences(stepsOf(before), stepsOf(after)),
  ]
}

function stepDifferences(before: readonly Document[], after: readonly Document[]): string[] {
  const byName = (steps: readonly Document[]) => new Map(steps.map((step) => [step.name, step]))
  const [old, current] = [byName(before), byName(after)]
  const kept = [...old.keys()].filter((name) => current.has(name))
  const order = [...current.keys()].filter((name) => old.has(name))
  return [
    ...[...old.keys()].filter((name) => !current.has(name)).map((name) => `step "${name}" was removed`),
    ...[...current.keys()].filter((name) => !old.has(name)).map((name) => `step "${name}" was added`),
    ...(kept.join('\n') === order.join('\n')
      ? []
      : [`the steps are in another order: ${[...current.keys()].join(', ')}`]),
    ...kept.flatMap((name) =>
      optionDifferences(old.get(name)!, current.get(name)!).map((line) => `step "${name}": ${line}`),
    ),
  ]
}

function optionDifferences(before: Document, after: Document, path = ''): string[] {
  const options = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return options.flatMap((option) => {
    const [from, to] = [before[option], after[option]]
    if (isSame(from, to)) return []
    const name = path + option
    if (isObject(from) && isObject(to)) return optionDifferences(from, to, `${name}.`)
    return [`${name} ${valueText(from)} → ${valueText(to)}`]
  })
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson([one ?? null]) === canonicalJson([other ?? null])
}

const longest = 60

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  const text = JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}

function stepsOf({ steps }: Document): readonly Document[] {
  return Array.isArray(steps) ? steps.filter(isObject) : []
}

function without(document: Document, names: readonly string[]): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)))
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
