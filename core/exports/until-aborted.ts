/**
 * The items of a source, until the signal fires: then it throws the signal's reason at once, even while the source hangs.
 *
 * One promise per item instead of `Promise.race` with one that lives as long as the signal, which would collect a reaction for
 * every item.
 */
export async function* untilAborted<T>(source: AsyncIterable<T> | Iterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = iteratorOf(source)
  let interrupt: (() => void) | undefined
  const onAbort = () => interrupt?.()
  signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      signal.throwIfAborted()
      const result = await new Promise<IteratorResult<T>>((resolve, reject) => {
        interrupt = () => reject(signal.reason)
        Promise.resolve(iterator.next()).then(resolve, reject)
      })
      if (result.done) return
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    await close(iterator, signal)
  }
}

function iteratorOf<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
}

/** Lets a source clean up; one that was interrupted may hang, so nobody waits for it. */
async function close(iterator: AsyncIterator<unknown> | Iterator<unknown>, signal: AbortSignal): Promise<void> {
  const closed = Promise.resolve(iterator.return?.()).catch(() => undefined)
  if (!signal.aborted) await closed
}
