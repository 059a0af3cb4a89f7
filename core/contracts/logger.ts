/**
 * The part of pino's interface that Tasker uses; a pino logger is one.
 *
 * @example
 * log.info('the label is printed')
 * log.warn({ orderId, waitedMs }, 'the carrier answers slowly')
 */
export interface Logger {
  /** A text, or fields and a text. */
  debug(fieldsOrMessage: object | string, message?: string): void
  info(fieldsOrMessage: object | string, message?: string): void
  warn(fieldsOrMessage: object | string, message?: string): void
  error(fieldsOrMessage: object | string, message?: string): void
  child(bindings: Record<string, unknown>): Logger
  /** Whether lines of a level are written; without it all are taken to be. */
  isLevelEnabled?(level: 'debug' | 'info' | 'warn' | 'error'): boolean
}
