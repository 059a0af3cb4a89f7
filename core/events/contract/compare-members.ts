import { nearestName } from '../../errors/nearest-name.js'
import type { SchemaChange } from './contract-change.js'
import type { SchemaNode } from './schema-variants.js'

type Compare = (before: SchemaNode, now: SchemaNode, path: string) => SchemaChange[]

/** What has changed in the members of an object. */
export function compareMembers(before: SchemaNode, now: SchemaNode, path: string, compare: Compare): SchemaChange[] {
  const [old, next] = [before.properties ?? {}, now.properties ?? {}]
  const added = Object.keys(next).filter((name) => !(name in old))
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const changes = Object.entries(old).flatMap(([name, schema]): SchemaChange[] => {
    const present = next[name]
    if (present === undefined) return [removed(at(name), nearestName(name, added))]
    return [...needOf(name, before, now, at(name)), ...compare(schema, present, at(name))]
  })
  const additions = added.map(
    (name): SchemaChange => ({
      weight: 'compatible',
      path: at(name),
      change: now.required?.includes(name) ? 'is new' : 'is new, and may be absent',
    }),
  )
  return [...changes, ...additions, ...compareOthers(before, now, path, compare)]
}

function removed(path: string, likely: string | undefined): SchemaChange {
  const renamed = likely === undefined ? '' : `; is it "${likely}" now?`
  return { weight: 'breaking', path, change: `is gone${renamed}` }
}

function needOf(name: string, before: SchemaNode, now: SchemaNode, path: string): SchemaChange[] {
  const [was, is] = [before, now].map(({ required }) => required?.includes(name) ?? false)
  if (was === is) return []
  return was
    ? [{ weight: 'breaking', path, change: 'was always there, may now be absent' }]
    : [{ weight: 'compatible', path, change: 'is always there now' }]
}

/** Members that have no schema of their own. */
function compareOthers(before: SchemaNode, now: SchemaNode, path: string, compare: Compare): SchemaChange[] {
  const [old = true, next = true] = [before.additionalProperties, now.additionalProperties]
  if (typeof old === 'object' && typeof next === 'object') {
    return compare(old as SchemaNode, next as SchemaNode, `${path}.*`)
  }
  const [was, is] = [old !== false, next !== false]
  if (typeof old === 'object') {
    const change = is ? 'other members may now be anything' : 'other members are gone'
    return [{ weight: 'breaking', path: `${path}.*`, change }]
  }
  if (was === is) return []
  // Who reads an object does not care for what is not listed, unless nothing is: then the members are its content.
  const isMap = Object.keys(before.properties ?? {}).length === 0
  if (is) return [{ weight: 'compatible', path: `${path}.*`, change: 'may have members that are not listed' }]
  return [{ weight: isMap ? 'breaking' : 'notable', path: `${path}.*`, change: 'has only the listed members now' }]
}
