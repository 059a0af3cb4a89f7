import type { Unsubscribe } from '../contracts/events-api.js'

/** A function that undoes something once, and can stand in a `using` declaration. */
export function unsubscribe(undo: () => void): Unsubscribe {
  let isDone = false
  const off = (): void => {
    if (isDone) return
    isDone = true
    undo()
  }
  return Object.assign(off, { [Symbol.dispose]: off })
}
