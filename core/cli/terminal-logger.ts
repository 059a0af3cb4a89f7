import type { ConfigValues } from '../config/config-schema.js'
import type { Logger } from '../contracts/logger.js'
import { maskPayload } from '../events/masking.js'
import type { Colour, Paint } from './paint.js'
import { oneLine } from './text-table.js'

type Level = 'debug' | 'info' | 'warn' | 'error'

const colours: Readonly<Record<Level, Colour>> = { debug: 'dim', info: 'cyan', warn: 'yellow', error: 'red' }
/** The levels of the configuration, and from which of ours on they write. */
const thresholds: Readonly<Record<ConfigValues['logging']['level'], number>> = {
  trace: 0,
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  fatal: 4,
  silent: 4,
}
const order: readonly Level[] = ['debug', 'info', 'warn', 'error']

export interface TerminalLoggerOptions {
  readonly level: ConfigValues['logging']['level']
  readonly filter: ConfigValues['filter']
  readonly paint: Paint
  /** Takes one line, without its line break. */
  readonly write: (line: string) => void
}

/**
 * The log for a person at a terminal: one short line for each entry, where a program would get JSON. Fields are masked, and
 * shown only at `debug`.
 *
 * @example
 * 10:00:01 warn  the gateway answers slowly
 */
export function terminalLogger(options: TerminalLoggerOptions, bindings: object = {}): Logger {
  const at = (level: Level) => (first: object | string, message?: string) => {
    if (order.indexOf(level) < thresholds[options.level]) return
    const fields = typeof first === 'string' ? {} : first
    options.write(lineOf(options, level, { ...bindings, ...fields }, typeof first === 'string' ? first : message))
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => terminalLogger(options, { ...bindings, ...more }),
  }
}

function lineOf({ level, filter, paint }: TerminalLoggerOptions, of: Level, fields: object, message = ''): string {
  const { err, ...rest } = fields as { readonly err?: unknown }
  const problem = err instanceof Error && !message.includes(err.message) ? `: ${err.message}` : ''
  const time = new Date().toISOString().slice(11, 19)
  const facts = thresholds[level] === 0 ? ` ${paint('dim', JSON.stringify(maskPayload(rest, filter)))}` : ''
  return `${paint('dim', time)} ${paint(colours[of], of.padEnd(5))} ${oneLine(message + problem)}${facts}`
}
