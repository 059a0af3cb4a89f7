/** What the tests of a file leave open for the next ones. */
const closings = new Set<() => Promise<void>>()

/** Has something closed when the tests of a file, or of all files of one process, are over. It may be opened and closed again. */
export function onClose(close: () => Promise<void>): void {
  closings.add(close)
}

export async function closeAll(): Promise<void> {
  for (const close of closings) await close()
}
