import type { Mailbox } from './mailbox.js'
import type { TaskEnds } from './task-ends.js'
import type { Worker } from './worker.js'

/** Most tasks that are watched for others; who waits beyond that looks by itself. */
const maxWatched = 10_000

/**
 * Has this process tell others when tasks end here, or are given back, that somebody waits for there. Whoever waits asks the owner
 * for it, so that the end of a task that nobody elsewhere waits for costs nothing.
 */
export function tellOthersOfEnds(mailbox: Mailbox, worker: Worker, ends: TaskEnds): void {
  /** Task id → the kernels that wait for it. */
  const watched = new Map<string, Set<string>>()
  const tell = (taskId: string): void => {
    for (const to of watched.get(taskId) ?? []) mailbox.send(to, { kind: 'look', taskId })
    watched.delete(taskId)
  }
  mailbox.on('watch', ({ taskId, replyTo }) => {
    if (watched.size >= maxWatched) dropStrangers(watched, worker)
    if (watched.size < maxWatched) watched.set(taskId, (watched.get(taskId) ?? new Set()).add(replyTo))
    // It has gone on in the meantime, which whoever waits finds out by looking; or its claim has not returned here yet.
    if (!worker.owns(taskId)) mailbox.send(replyTo, { kind: 'look', taskId })
  })
  ends.onEnd(tell)
  worker.onRemoved(tell)
}

/** What had ended when it was asked for stays until there are too many. */
function dropStrangers(watched: Map<string, unknown>, worker: Worker): void {
  for (const taskId of watched.keys()) if (!worker.owns(taskId)) watched.delete(taskId)
}
