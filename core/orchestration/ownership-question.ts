import type { RunnerServices } from './runner-services.js'

/** Whether what was ours at a moment of `performance.now()` must still be: a heartbeat is sent at least twice per lease. */
export function isWithinLease(moment: number, leaseMs: number): boolean {
  return performance.now() - moment < leaseMs / 2
}

/**
 * Asks under which epoch this worker has a task, undefined if it has not, until an answer comes in time or is not the expected one:
 * an answer that was held up tells how it was when it was given.
 */
export async function askForEpoch(
  { store, workerId, databaseRetry, settings }: RunnerServices,
  taskId: string,
  expected: number,
): Promise<number | undefined> {
  for (;;) {
    const askedAt = performance.now()
    const rows = await databaseRetry.until('asking who owns a task', () => store.ownership(workerId, [taskId]))
    const epoch = rows.find((row) => row.taskId === taskId)?.epoch
    if (epoch !== expected || isWithinLease(askedAt, settings.leaseMs)) return epoch
  }
}
