/** Waits for work, or until a signal fires: then gives what `giveUp` gives or throws, and whatever becomes of the work is let be. */
export async function untilGivenUp<T>(
  signal: AbortSignal | undefined,
  work: Promise<T>,
  giveUp: (reason: unknown) => never,
): Promise<T> {
  if (signal === undefined) return work
  const fired = Promise.withResolvers<void>()
  const fire = (): void => fired.resolve()
  signal.addEventListener('abort', fire)
  if (signal.aborted) fire()
  try {
    const first = await Promise.race([work.then((value) => ({ value })), fired.promise])
    return first === undefined ? giveUp(signal.reason) : first.value
  } finally {
    signal.removeEventListener('abort', fire)
    // Nobody is left to hear of it.
    work.catch(() => undefined)
  }
}
