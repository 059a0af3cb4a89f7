import { Type } from '@mikro-orm/core'
import { toIsoTime } from './to-iso-time.js'

/** A column of times that entities show as ISO 8601 strings, as the records of the store do. */
export class IsoTimestamp extends Type<string, string> {
  override convertToJSValue(value: string): string {
    return value === null ? value : toIsoTime(value)
  }

  override getColumnType(): string {
    return 'timestamptz(3)'
  }

  override compareAsType(): string {
    return 'string'
  }
}
