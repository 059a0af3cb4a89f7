/** Somebody who waits for a permit: a step of one run. */
export interface Waiter {
  readonly taskPriority: number
  readonly stepPriority: number
  /** Ids of tasks tell their age. */
  readonly taskId: string
  /** Order of definition of the step. */
  readonly position: number
  /** Whether its task could as well wait without an owner: nothing else of it runs or can. */
  readonly isIdle: boolean
  /** The step may be admitted: there is a permit for its call, or will be soon. */
  grant(): void
  /** The task is to wait without an owner, until about then. */
  park(until: number): void
}

/** Those who wait for one system in this worker, in the order in which they are served. */
export class WaitingLine {
  readonly #waiters: Waiter[] = []

  get length(): number {
    return this.#waiters.length
  }

  add(waiter: Waiter): void {
    let low = 0
    for (let high = this.#waiters.length; low < high; ) {
      const middle = (low + high) >>> 1
      if (compare(this.#waiters[middle]!, waiter) <= 0) low = middle + 1
      else high = middle
    }
    this.#waiters.splice(low, 0, waiter)
  }

  delete(waiter: Waiter): boolean {
    const index = this.#waiters.indexOf(waiter)
    if (index !== -1) this.#waiters.splice(index, 1)
    return index !== -1
  }

  shift(): Waiter | undefined {
    return this.#waiters.shift()
  }

  /** Those behind the first so many that could wait without an owner. */
  idleBeyond(count: number): readonly Waiter[] {
    return this.#waiters.length <= count ? [] : this.#waiters.slice(count).filter((waiter) => waiter.isIdle)
  }
}

/** Priority of the task, then of the step, then age: what waits longest is never passed over by what is as urgent. */
function compare(a: Waiter, b: Waiter): number {
  if (a.taskPriority !== b.taskPriority) return b.taskPriority - a.taskPriority
  if (a.stepPriority !== b.stepPriority) return b.stepPriority - a.stepPriority
  if (a.taskId !== b.taskId) return a.taskId < b.taskId ? -1 : 1
  return a.position - b.position
}
