import { type DefinedSubscriber, defineSubscriber } from '../../core/index.js'
import { type LogLevel, leastLevelOf, levelOf } from './event-level.js'
import { messageOf } from './event-message.js'
import { fieldsOf } from './log-fields.js'

export interface LoggingOptions {
  /** Whether contexts, inputs and results are logged, names that look like secrets masked. Default false. */
  readonly includeContent?: boolean
  /** Levels of single events, in place of the usual ones; `silent` keeps one out of the log. */
  readonly levels?: Readonly<Record<string, LogLevel | 'silent'>>
}

/**
 * Logs every event: what needs somebody as `error` or `warn`, the ends of tasks and what people do as `info`, the rest as
 * `debug`. Events below the level of the log are not even made.
 *
 * @example
 * createLoggingSubscriber({ levels: { 'step.completed': 'info' } })
 */
export function createLoggingSubscriber({
  includeContent = false,
  levels = {},
}: LoggingOptions = {}): DefinedSubscriber {
  return defineSubscriber({
    name: 'logging',
    description: 'Logs every event.',
    on: {
      '*': (event, { log }) => {
        const level = levels[event.name] ?? levelOf(event)
        if (level !== 'silent') log[level](fieldsOf(event, includeContent), messageOf(event))
      },
    },
    wants: (eventName, { log }) => {
      const level = levels[eventName] ?? leastLevelOf(eventName)
      return level !== 'silent' && (log.isLevelEnabled?.(level) ?? true)
    },
    queueSize: 10_000,
  })
}

/** Logs every event, with the usual levels and without contexts, inputs and results. */
export const loggingSubscriber: DefinedSubscriber = createLoggingSubscriber()
