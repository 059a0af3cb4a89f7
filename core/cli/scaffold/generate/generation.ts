import { posix } from 'node:path'
import type { ScaffoldFile } from '../scaffold-file.js'

/** What is generated. */
export type Generation = readonly ScaffoldFile[]

/** The path by which one file imports another; both relative to the project. */
export function importPath(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to)
  return path.startsWith('.') ? path : `./${path}`
}
