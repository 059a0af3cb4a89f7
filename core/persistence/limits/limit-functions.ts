import type { Database } from '../database.js'
import { KeyFunction } from './key-function.js'
import { PermitFunction } from './permit-function.js'

/** The functions of the database that limits need. */
export function limitFunctions(database: Database): readonly { readonly name: string; readonly createSql: string }[] {
  return [new PermitFunction(database), new KeyFunction(database)]
}
