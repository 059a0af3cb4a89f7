import type { Store, TaskWrite, WriteOutcome } from '../contracts/store.js'
import { WorkerLostError } from '../errors/testing-errors.js'
import { namingStatements } from './statement-faults.js'

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
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => namingStatements(String(name), () => call(member as never, args))
    },
  })
  const commit = async (writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]> => {
    try {
      return await mortal.commit(writes)
    } catch (error) {
      if (isDead) return writes.map(fenced)
      throw error
    }
  }
  const kill = async (): Promise<void> => {
    isDead = true
    await Promise.allSettled([...underWay])
  }
  return { store: Object.assign(Object.create(mortal) as Store, { commit }), kill }
}

/** What the worker is told about its writes: its runs end as if another worker had taken their tasks. */
function fenced({ isNew }: TaskWrite): WriteOutcome {
  return isNew ? { status: 'refused', error: new WorkerLostError() } : { status: 'lost', currentEpoch: 0 }
}
