import { basename, dirname, join } from 'node:path'
import { compressionEndings } from './compression.js'

const endings = Object.values(compressionEndings).filter((ending) => ending !== '')
const digits = 6

/**
 * The path of a numbered file: `out/events.csv.gz` → `out/events-000001.csv.gz`. Six digits sort as text; a number that needs more has
 * more.
 */
export function partPath(path: string, number: number): string {
  const { stem, ending } = divided(basename(path))
  return join(dirname(path), `${stem}-${String(number).padStart(digits, '0')}${ending}`)
}

/** `events.csv.gz` → `events` and `.csv.gz`; a name that begins with its dot has no ending. */
function divided(name: string): { readonly stem: string; readonly ending: string } {
  const compression = endings.find((ending) => name.endsWith(ending)) ?? ''
  const bare = name.slice(0, name.length - compression.length)
  const dot = bare.lastIndexOf('.')
  const stem = dot <= 0 ? bare : bare.slice(0, dot)
  return { stem, ending: name.slice(stem.length) }
}
