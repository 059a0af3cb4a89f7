import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An error class of the product, as its source says. */
export interface ErrorClass {
  readonly code: string
  readonly className: string
  /** The first paragraph of its docblock, as one line. */
  readonly when: string
  /** The way out that its messages end with, where it is the same for all of them. */
  readonly wayOut: string | undefined
}

/** Bases, which nobody throws, and the one that carries the code of another. */
const withoutCode = new Set(['TaskerError', 'DefinitionError', 'CommandFailedError'])

/** The error classes in the folders of the product, by code. */
export function errorClasses(root: string): ErrorClass[] {
  const files = ['core', 'plugins', 'exporters', 'subscribers'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(root, folder, file)),
  )
  return files
    .flatMap((file) => errorClassesOf(readFileSync(file, 'utf8'), file))
    .sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
}

/** The error classes in one source. Throws where one has no code that can be read, or no docblock. */
export function errorClassesOf(source: string, file: string): ErrorClass[] {
  const heads = [...source.matchAll(/^(?:export )?class (\w+) extends (?:TaskerError|\w+Error)\b/gm)]
  return heads.flatMap(({ 1: className, index }, at) => {
    if (withoutCode.has(className!)) return []
    const body = source.slice(index, heads[at + 1]?.index)
    const code = /\bsuper\(\s*(?:options\.code \?\? )?'([A-Z][A-Z0-9_]+)'/.exec(body)?.[1]
    if (code === undefined) throw new Error(`${file}: class ${className} calls super() without a code in quotes`)
    const when = docblockBefore(source.slice(0, index))
    if (when === undefined) throw new Error(`${file}: class ${className} has no docblock that says when it is thrown`)
    const wayOut = /\bwayOut:\s*'((?:[^'\\]|\\.)*)'/.exec(body)?.[1]?.replaceAll('\\', '')
    return [{ code, className: className!, when, wayOut }]
  })
}

/** The text of the docblock that a source ends with, up to its first paragraph or tag. */
function docblockBefore(source: string): string | undefined {
  const block = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(source)?.[1]
  const text = block
    ?.replaceAll(/^\s*\* ?/gm, '')
    .trim()
    .split(/\n\s*\n|\n@/)[0]
  const line = text?.replaceAll(/\s+/g, ' ').replaceAll(/\{@link (\w+)\}/g, '`$1`')
  return line?.replace(/^Thrown when /, '')
}
