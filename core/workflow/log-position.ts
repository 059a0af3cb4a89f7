/**
 * A place in the event log: the id of an entry and the index of an event in it, as an opaque string that sorts in log order.
 * 16 digits hold every id of a 53-bit sequence, 6 digits a task of a million steps created at once.
 */
export function formatPosition(logId: string | number | bigint, index: number): string {
  return `${String(logId).padStart(16, '0')}.${String(index).padStart(6, '0')}`
}

/** The entry id and the index of a position; undefined if it is not one. */
export function parsePosition(position: string): { readonly logId: string; readonly index: number } | undefined {
  const match = /^(\d{16})\.(\d{6})$/.exec(position)
  return match ? { logId: String(BigInt(match[1]!)), index: Number(match[2]) } : undefined
}
