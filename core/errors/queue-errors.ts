import { TaskerError } from './tasker-error.js'

/** Thrown when what a plugin provides as a queue is none, or there is one already. */
export class QueueRefusedError extends TaskerError {
  constructor(plugin: string, { what, expected }: { readonly what: string; readonly expected?: string }) {
    super('QUEUE_REFUSED', {
      what: `The queue of plugin ${plugin} was refused: ${what}`,
      ...(expected === undefined ? {} : { expected }),
      wayOut: 'One plugin provides one queue, in its setup; name the other in discovery.disable',
      details: { plugin },
    })
  }
}

/** Thrown when the queue that a plugin provides could not be made ready at boot. */
export class QueueFailedError extends TaskerError {
  constructor(queue: string, plugin: string, cause: unknown) {
    super('QUEUE_FAILED', {
      what: `Queue ${queue} could not be made ready: ${cause instanceof Error ? cause.message : String(cause)}`,
      wayOut: `Correct what it needs, or do without it by naming plugin ${plugin} in discovery.disable: then tasks are found by looking`,
      details: { queue, plugin },
      cause,
    })
  }
}
