export type { LogLevel } from './event-level.js'
export { createLoggingSubscriber, type LoggingOptions, loggingSubscriber } from './logging-subscriber.js'
