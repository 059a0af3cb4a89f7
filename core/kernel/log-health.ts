import type { HealthFinding } from '../contracts/health.js'
import type { Store } from '../contracts/store.js'
import { writerText } from '../errors/log-errors.js'

/** From which age on an open transaction that writes to the log is worth a word, in milliseconds: its own take a few. */
const noticedAfterMs = 3_000

/** Whether somebody keeps readers of the log waiting. No fault of this process, which goes on working: a warning, not ill health. */
export async function checkLog(store: Pick<Store, 'logLag'>): Promise<HealthFinding> {
  const { end, writers, oldestWriter } = await store.logLag()
  const details = { end: end ?? null, writers, oldestWriter }
  if (oldestWriter === null || (oldestWriter.sinceMs ?? 0) < noticedAfterMs) return { isHealthy: true, details }
  const message = `warning: readers of the event log wait for ${writerText(oldestWriter)}`
  return { isHealthy: true, message, details }
}
