import type { ExportRecord } from '../contracts/exporter.js'
import type { Projection } from './column-projection.js'
import type { CheckedFlattening } from './flatten-rules.js'

/** Most columns that an export is given by its nested members; what is beyond stays in the column of the whole. */
const mostColumns = 1000

/** A member that has a column, or members that have. */
interface Node {
  name?: string
  readonly members: Map<string, Node>
}

/**
 * The columns of a flattened export, found in its first records, and what makes its records of those that are nested.
 *
 * What a later record has besides, and what is no object, is in the column of the whole, which is left out where the sample is all there
 * is and has nothing for it. So nothing is lost, and the columns are known before the first record is written.
 */
export function flattenedColumns(
  columns: readonly string[],
  sample: { readonly records: readonly ExportRecord[]; readonly isAll: boolean },
  rules: CheckedFlattening,
): Projection {
  const taken = new Set(columns)
  const plans = columns.map((column) => {
    const isFlattened = rules.columns === undefined || rules.columns.includes(column)
    const found = isFlattened ? membersOf(column, sample.records, rules, taken) : { tree: newNode(), names: [] }
    const leavesRest = (record: ExportRecord) => spread(record[column], found.tree, {}) !== undefined
    const hasWhole = found.names.length === 0 || !sample.isAll || sample.records.some(leavesRest)
    return { column, ...found, hasWhole }
  })
  const project = (record: ExportRecord): ExportRecord => {
    const flat: Record<string, unknown> = {}
    for (const { column, tree, names, hasWhole } of plans) {
      for (const name of names) flat[name] = null
      const whole = names.length === 0 ? record[column] : spread(record[column], tree, flat)
      if (hasWhole) flat[column] = whole ?? null
    }
    return flat
  }
  return {
    columns: plans.flatMap(({ column, names, hasWhole }) => [...names, ...(hasWhole ? [column] : [])]),
    project: (page) => page.map(project),
  }
}

/** The members of a column that are no objects themselves, in the order in which they come. */
function membersOf(
  column: string,
  records: readonly ExportRecord[],
  { depth, separator }: CheckedFlattening,
  taken: Set<string>,
): { readonly tree: Node; readonly names: readonly string[] } {
  const tree = newNode()
  const visit = (value: unknown, node: Node, path: readonly string[]): void => {
    if (value === null || value === undefined) return
    if (path.length < depth && hasMembers(value)) {
      for (const [key, member] of Object.entries(value)) visit(member, memberOf(node, key), [...path, key])
      return
    }
    const name = [column, ...path].join(separator)
    if (path.length === 0 || node.name !== undefined || taken.has(name) || taken.size >= mostColumns) return
    taken.add(name)
    node.name = name
  }
  for (const record of records) visit(record[column], tree, [])
  return { tree, names: namesIn(tree) }
}

/** The columns of a tree. A member that is an object in one record and a value in another has those of the object. */
function namesIn(node: Node): readonly string[] {
  const inner = [...node.members.values()].flatMap(namesIn)
  if (inner.length > 0) delete node.name
  return node.name === undefined ? inner : [node.name]
}

/** Puts what has a column into it; gives what is left, undefined for nothing: of a column that is an empty object nothing is left. */
function spread(value: unknown, { name, members }: Node, into: Record<string, unknown>, isMember = false): unknown {
  if (name !== undefined) into[name] = value
  if (name !== undefined || value === null || value === undefined) return undefined
  if (!isPlainObject(value)) return value
  if (isMember && !hasMembers(value)) return value
  let left: Record<string, unknown> | undefined
  for (const [key, member] of Object.entries(value)) {
    const node = members.get(key)
    const rest = node === undefined ? (member ?? undefined) : spread(member, node, into, true)
    if (rest === undefined) continue
    left ??= {}
    left[key] = rest
  }
  return left
}

function newNode(): Node {
  return { members: new Map() }
}

function memberOf({ members }: Node, key: string): Node {
  const found = members.get(key) ?? newNode()
  members.set(key, found)
  return found
}

/** An empty object is a value like any other. */
function hasMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value) && Object.keys(value).length > 0
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
