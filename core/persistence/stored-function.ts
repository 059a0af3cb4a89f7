import { createHash } from 'node:crypto'
import type { Database } from './database.js'

/**
 * Names a function of the database, schema included: its name ends in a hash of what it is made of, because workers of two versions
 * may use one database.
 */
export function storedFunctionName(
  database: Database,
  purpose: 'commit' | 'claim' | 'repair' | 'permit' | 'claim_of_key',
  text: string,
): string {
  return database.table(`${purpose}_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`)
}

/** The language and body of a function that finds rows by their keys: its plans cannot go wrong while a table grows. */
export function storedFunctionBody(text: string): string {
  return `language plpgsql
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
    as $function$${text}$function$`
}
