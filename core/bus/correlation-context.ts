import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEnvelope } from '../events/envelope.js'

/** What an event takes over from the work in which it is published. */
export interface CorrelationContext {
  readonly correlationId: string
  /** Id of the event that set the work off. */
  readonly causationId?: string
  readonly taskId?: string
  readonly stepId?: string
}

const storage = new AsyncLocalStorage<CorrelationContext>()

/**
 * The event that is being dispatched on this stack. A variable, because an AsyncLocalStorage entered for each event would cost
 * more than calling ten listeners; it serves the synchronous part of a listener, and the storage, entered only for listeners
 * that are async functions or have a queue, serves what they do after an `await`.
 */
let dispatched: EventEnvelope | undefined

/**
 * Runs a function, and all it awaits, in a context: what it publishes has these ids unless it gives others.
 *
 * @example
 * runWithContext({ correlationId: request.id }, () => bus.publish(fulfilled, { orderId: 1 }))
 */
export function runWithContext<R>(context: CorrelationContext, work: () => R): R {
  const outer = dispatched
  dispatched = undefined
  try {
    return storage.run(context, work)
  } finally {
    dispatched = outer
  }
}

/** Runs a listener so that what it publishes, also later, is caused by the event it was called with. */
export function runCausedBy<E extends EventEnvelope>(event: E, listener: (event: E) => unknown): unknown {
  return storage.run(contextOf(event), listener, event)
}

/** The context of what is running now: that of the event being dispatched, or the one last entered. */
export function currentContext(): CorrelationContext | undefined {
  return dispatched === undefined ? storage.getStore() : contextOf(dispatched)
}

/** Marks an event as being dispatched; give what is returned to {@link leaveDispatch}. */
export function enterDispatch(event: EventEnvelope): EventEnvelope | undefined {
  const outer = dispatched
  dispatched = event
  return outer
}

export function leaveDispatch(outer: EventEnvelope | undefined): void {
  dispatched = outer
}

function contextOf(event: EventEnvelope): CorrelationContext {
  const { correlationId, id: causationId, taskId, stepId } = event
  return { correlationId, causationId, taskId, stepId }
}
