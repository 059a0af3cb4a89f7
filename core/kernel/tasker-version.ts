import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownPackageFolder } from './discovery/package-entries.js'

/** The version of this package. */
export const taskerVersion: string = (
  JSON.parse(readFileSync(join(ownPackageFolder(), 'package.json'), 'utf8')) as { readonly version: string }
).version
