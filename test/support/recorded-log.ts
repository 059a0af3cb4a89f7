import type { Logger } from '../../core/index.js'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A log that a test reads. */
export class RecordedLog implements Logger {
  readonly lines: LogLine[] = []

  debug = this.#writer('debug')
  info = this.#writer('info')
  warn = this.#writer('warn')
  error = this.#writer('error')

  child(): Logger {
    return this
  }

  /** Lines of `info` and more severe ones. */
  get notable(): readonly LogLine[] {
    return this.lines.filter(({ level }) => level !== 'debug')
  }

  #writer(level: LogLine['level']) {
    return (fieldsOrMessage: object | string, message?: string): void => {
      const fields = typeof fieldsOrMessage === 'string' ? {} : (fieldsOrMessage as Record<string, unknown>)
      this.lines.push({ level, fields, message: message ?? String(fieldsOrMessage) })
    }
  }
}
