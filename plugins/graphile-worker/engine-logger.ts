import type { Logger as EngineLogger } from 'graphile-worker'
import type { Logger } from '../../core/index.js'

/**
 * Our log as graphile-worker writes to it. What it tells of each job is for debugging here, and so is what it says while it is
 * being ended: whoever ends it has said why.
 */
export async function toEngineLogger(log: Logger, isEnding: () => boolean): Promise<EngineLogger> {
  const { Logger } = await import('graphile-worker')
  return new Logger(() => (level, message, meta) => {
    const isTrouble = (level === 'error' || level === 'warning') && !isEnding()
    if (!isTrouble) log.debug({ engine: 'graphile-worker' }, message)
    else log.warn({ engine: 'graphile-worker', ...(meta?.error ? { err: meta.error } : {}) }, message)
  })
}
