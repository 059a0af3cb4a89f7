import { AsyncLocalStorage } from 'node:async_hooks'

/** Whose code is running: what goes astray in it, long after it has returned, is brought home to it. */
export interface Culprit {
  readonly kind: 'package' | 'plugin' | 'subscriber'
  readonly name: string
  /** Takes an error that nobody awaited or caught. */
  blame(error: unknown): void
}

/** Shared by all copies of the package in one process, because what goes astray is a matter of the process. */
const key = Symbol.for('tasker.culprit')
const shared = globalThis as { [key]?: AsyncLocalStorage<Culprit | undefined> }
shared[key] ??= new AsyncLocalStorage()
const storage = shared[key]

/** Runs the code of somebody, and all it sets off: its timers, its promises. */
export function runAs<R>(culprit: Culprit, work: () => R): R {
  return storage.run(culprit, work)
}

/** Runs the house's own code that somebody's code has set off, so that nobody is blamed for it. */
export function runAsHouse<R>(work: () => R): R {
  return storage.getStore() === undefined ? work() : storage.run(undefined, work)
}

/** Whose code is running now; undefined for that of the house and the program. */
export function currentCulprit(): Culprit | undefined {
  return storage.getStore()
}
