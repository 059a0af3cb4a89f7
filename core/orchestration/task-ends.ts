import type { EventBus } from '../bus/event-bus.js'
import type { Unsubscribe } from '../contracts/events-api.js'
import { type TaskState, targetOf } from '../workflow/state-machines.js'

/** Called with each task that ends in this process. */
export type EndListener = (taskId: string, state: TaskState) => void

/** Tells when events of this process say that tasks have ended: one listener on the bus for all who want to know. */
export class TaskEnds {
  readonly #listeners: EndListener[] = []
  readonly #off: Unsubscribe

  constructor(bus: EventBus) {
    const ends = ['task.completed', 'task.failed', 'task.cancelled', 'task.resolved_manually'] as const
    const tell = (taskId: string | undefined, state: TaskState): void => {
      if (taskId !== undefined) for (const listener of this.#listeners) listener(taskId, state)
    }
    this.#off = bus.on(ends, ({ taskId, name }) => tell(taskId, targetOf(name) as TaskState), {
      name: 'those who wait for tasks',
    })
  }

  /** Calls the listener until `stop`. */
  onEnd(listener: EndListener): void {
    this.#listeners.push(listener)
  }

  stop(): void {
    this.#off()
  }
}
