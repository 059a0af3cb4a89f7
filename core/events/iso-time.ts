let lastTime = Number.NaN
let lastText = ''

/**
 * A moment as ISO 8601 in UTC. The text of the last millisecond is kept, because busy programs publish hundreds of events in
 * one, and formatting takes 250 ns.
 */
export function isoTime(epochMs: number): string {
  if (epochMs !== lastTime) {
    lastTime = epochMs
    lastText = new Date(epochMs).toISOString()
  }
  return lastText
}
