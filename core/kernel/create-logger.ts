import { createRequire } from 'node:module'
import { type DestinationStream, pino } from 'pino'
import { currentContext } from '../bus/correlation-context.js'
import type { ConfigValues } from '../config/config-schema.js'
import type { Logger } from '../contracts/logger.js'
import { MissingPackageError } from '../errors/kernel-errors.js'
import { maskPayload } from '../events/masking.js'

/**
 * Makes the log of one kernel: pino, with the correlation id of the surrounding work in every line, and what the
 * configuration filters masked in all fields.
 */
export function createLogger({ logging, filter }: Pick<ConfigValues, 'logging' | 'filter'>): Logger {
  const options = {
    level: logging.level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: correlation,
    formatters: { log: (fields: Record<string, unknown>) => maskPayload(fields, filter) },
  }
  return pino(options, destination(logging)) as Logger
}

function correlation(): object {
  const context = currentContext()
  if (context === undefined) return {}
  const { correlationId, taskId, stepId } = context
  return { correlationId, ...(taskId === undefined ? {} : { taskId }), ...(stepId === undefined ? {} : { stepId }) }
}

function destination({ destination: target, format }: ConfigValues['logging']): DestinationStream {
  const descriptor = target === 'stderr' ? 2 : target === 'stdout' ? 1 : target
  if (format === 'pretty') return prettyStream(descriptor)
  return pino.destination({ dest: descriptor, sync: true, mkdir: true })
}

function prettyStream(descriptor: number | string): DestinationStream {
  try {
    const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => DestinationStream
    return pretty({ destination: descriptor, sync: true, mkdir: true })
  } catch (cause) {
    throw new MissingPackageError('pino-pretty', "logging.format is 'pretty'", cause)
  }
}
