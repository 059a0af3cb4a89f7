import { runAs } from '../../bus/culprit.js'
import { PluginFailedError, PluginTimeoutError } from '../../errors/kernel-errors.js'
import { originText, type PluginRecord } from './plugin-record.js'

/** A phase in the life of a plugin that has a time limit. */
export type PluginPhase = 'setup' | 'start' | 'stop'

/**
 * Runs a phase of a plugin as its code, and waits for it as long as it may take, in milliseconds.
 *
 * @throws PluginTimeoutError, PluginFailedError
 */
export async function inTime(
  { plugin, culprit, origin }: PluginRecord,
  phase: PluginPhase,
  limitMs: number,
  work: () => unknown,
): Promise<unknown> {
  const from = originText(origin)
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new PluginTimeoutError(plugin.name, phase, limitMs, from)), limitMs)
  try {
    return await Promise.race([runAs(culprit, async () => work()), late.promise])
  } catch (error) {
    if (error instanceof PluginTimeoutError) throw error
    throw new PluginFailedError(plugin.name, phase, error, from)
  } finally {
    clearTimeout(timer)
  }
}
