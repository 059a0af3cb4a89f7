import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { ConfigurationProblem } from '../errors/configuration-errors.js'
import { pathSegments } from './config-path.js'
import { exportedLiteral } from './exported-literal.js'
import { isPlainObject } from './plain-object.js'
import type { SourceLiteral } from './source-literal.js'

/**
 * The same problems, those of a file with the line and column of the key that they are about, as far as the file can be read without
 * running it. A key whose value is made elsewhere stands for what is wrong in it. What is not sure is left out: a wrong line costs
 * more time than none.
 *
 * @param values what the file gave when it was run, which must agree with what stands there
 */
export function withLocations(
  problems: readonly ConfigurationProblem[],
  file: string | undefined,
  values: unknown,
): readonly ConfigurationProblem[] {
  const name = file === undefined ? undefined : basename(file)
  const isOfFile = ({ source }: ConfigurationProblem) => source === name || source.startsWith(`${name}, `)
  if (file === undefined || !problems.some(isOfFile)) return problems
  const source = textOf(file)
  const exported = exportedLiteral(source)
  if (exported === undefined) return problems
  return problems.map((problem) => {
    if (!isOfFile(problem)) return problem
    // An overlay is named beside its file: `tasker.config.ts, environments.production`.
    const overlay = problem.source.slice(name!.length + 2)
    const at = placeOf(exported, values, [...pathSegments(overlay), ...pathSegments(problem.path)])
    return at === undefined ? problem : { ...problem, ...lineAndColumn(source, at) }
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Where the key of a path stands, or the last one of those that lead to it. */
function placeOf(literal: SourceLiteral, value: unknown, [key, ...rest]: readonly string[]): number | undefined {
  if (key === undefined || (literal.kind !== 'object' && literal.kind !== 'list')) return undefined
  const named = literal.members.filter((member) => member.key === key)
  const [member] = named
  if (member === undefined || named.length > 1) return undefined
  const given = memberOf(value, key)
  if (!agrees(member.value, given, literal.isOpen)) return undefined
  return placeOf(member.value, given, rest) ?? member.at
}

function memberOf(value: unknown, key: string): unknown {
  return isPlainObject(value) || Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined
}

/** Whether what stands there can have given the value; behind a spread the same key may have another one. */
function agrees(literal: SourceLiteral, value: unknown, mayBeReplaced: boolean): boolean {
  if (literal.kind === 'constant') return literal.value === value
  if (mayBeReplaced) return false
  if (literal.kind === 'list') return Array.isArray(value)
  return literal.kind === 'expression' || isPlainObject(value)
}

function lineAndColumn(source: string, at: number): { readonly line: number; readonly column: number } {
  const lines = source.slice(0, at).split('\n')
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}
