import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The schema in which an image has Tasker's tables: the one that a configuration means which names none. */
export const preparedSchema = 'tasker'

/**
 * What tells the tables of this version from those of another: a hash of its compiled migrations. While a migration is being
 * written, an image may hold tables that it no longer makes.
 */
export function tablesFingerprint(): string {
  const folder = new URL('../migrations/', import.meta.url)
  const names = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.js'))
  const hash = createHash('sha256')
  for (const name of names.sort()) hash.update(name).update(readFileSync(new URL(name, folder)))
  return hash.digest('hex')
}
