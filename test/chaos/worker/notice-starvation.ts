import type { LineWriter } from './call-record.js'

const lookIntervalMs = 100

/**
 * Says so when this process was not run for long, as on a machine with too much to do: what it loses by that is no fault of the
 * engine, and must not be taken for one.
 */
export function noticeStarvation(afterMs: number, lines: LineWriter): void {
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    const gapMs = now - last
    last = now
    if (gapMs > afterMs) lines.write({ kind: 'starved', gapMs })
  }, lookIntervalMs)
}
