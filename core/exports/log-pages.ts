import type { Store, StoredLogEntry } from '../contracts/store.js'
import { formatPosition } from '../workflow/log-position.js'
import { type LogPlace, recordsPerPage } from './record-source.js'

/** What is read of the log. */
export interface LogReading {
  /** Where to go on: what retention has taken behind it is an error. Absent: from the beginning of what there is. */
  readonly from?: LogPlace
  /** Only the entries of this task. */
  readonly taskId?: string | undefined
}

/** Entries of the log that were read together, and the position of the last event in them. */
export interface LogPage {
  readonly entries: readonly StoredLogEntry[]
  readonly position: string
}

/**
 * The log by pages, in its order, up to what was in it when the reading began. A log that grows faster than it is read must not keep
 * its reader for ever. Where it ends is asked of the log: clocks of several workers differ, and what one of them has written in
 * another one's future is in the log all the same.
 */
export async function* logPages(
  store: Pick<Store, 'readLog' | 'logEnd'>,
  { from, taskId }: LogReading = {},
): AsyncGenerator<LogPage> {
  // Who reads from the beginning need not have seen what retention takes meanwhile. An incremental export must.
  const tolerance = from === undefined ? { toleratesLoss: true } : { lostBefore: from.lostBefore }
  const end = await store.logEnd()
  let after = from?.after
  while (end !== undefined) {
    const entries = await store.readLog({
      limit: recordsPerPage,
      ...tolerance,
      ...(after === undefined ? {} : { after }),
      ...(taskId === undefined ? {} : { taskId }),
    })
    const last = entries.at(-1)
    if (last === undefined) return
    after = formatPosition(last.id, Math.max(0, last.firstIndex + last.events.length - 1))
    yield { entries, position: after }
    if (after >= end) return
  }
}
