import type { EventBus } from '../bus/event-bus.js'
import type { Unsubscribe } from '../contracts/events-api.js'

/** Tells those who wait for a task when an event of this process says that it has ended: one listener for all of them. */
export class TaskEnds {
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #off: Unsubscribe

  constructor(bus: EventBus) {
    const ends = ['task.completed', 'task.failed', 'task.cancelled', 'task.resolved_manually'] as const
    this.#off = bus.on(ends, (event) => this.#tell(event.taskId), { name: 'those who wait for tasks' })
  }

  /** Calls back each time the task ends, until the function that it gives is called. */
  listen(taskId: string, callback: () => void): () => void {
    const callbacks = this.#waiting.get(taskId) ?? new Set()
    this.#waiting.set(taskId, callbacks.add(callback))
    return () => {
      callbacks.delete(callback)
      if (callbacks.size === 0) this.#waiting.delete(taskId)
    }
  }

  stop(): void {
    this.#off()
  }

  #tell(taskId: string | undefined): void {
    if (taskId === undefined) return
    for (const callback of [...(this.#waiting.get(taskId) ?? [])]) callback()
  }
}
