import type { Store } from '../contracts/store.js'
import { WorkerLostError } from '../errors/testing-errors.js'

/** A store that a worker can lose: from then on every call is refused, and what was under way is not answered well. */
export interface MortalStore {
  readonly store: Store
  /** Refuses all calls from now on; resolves when those under way have ended, whatever they did. */
  kill(): Promise<void>
}

/** Wraps a store. A call that has reached the database when the worker is lost may still commit, as with a real loss. */
export function makeMortal(store: Store): MortalStore {
  const underWay = new Set<Promise<unknown>>()
  let isDead = false
  const call = async (method: (...args: unknown[]) => Promise<unknown>, args: unknown[]): Promise<unknown> => {
    if (isDead) throw new WorkerLostError()
    const running = method.apply(store, args)
    underWay.add(running)
    try {
      const answer = await running
      if (isDead) throw new WorkerLostError()
      return answer
    } finally {
      underWay.delete(running)
    }
  }
  const mortal = new Proxy(store, {
    get: (_, name) => {
      const member: unknown = Reflect.get(store, name)
      return typeof member === 'function' ? (...args: unknown[]) => call(member as never, args) : member
    },
  })
  const kill = async (): Promise<void> => {
    isDead = true
    await Promise.allSettled([...underWay])
  }
  return { store: mortal, kill }
}
