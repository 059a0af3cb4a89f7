import { TaskNotFoundError, WaitTimeoutError } from '../errors/task-errors.js'
import { isOver, type TaskState } from '../workflow/state-machines.js'
import type { TaskView } from '../workflow/task-record.js'
import type { TaskWaits } from './task-waits.js'

/** How long the last look at a task may take whose time is up, in milliseconds. */
const lookPatienceMs = 1_000
/** Timers do not go further, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1

/** How long somebody waits for a task. */
export interface Patience {
  /** What was asked for, in milliseconds; undefined: for ever. */
  readonly timeoutMs: number | undefined
  /** When that is over, in milliseconds of `performance.now()`. */
  readonly deadline: number
  readonly signal: AbortSignal | undefined
  /** Called with each look that finds the task unfinished. */
  readonly onUnfinished: () => void
}

/**
 * Resolves when a task has ended, with all of it if it has ended here.
 *
 * @throws TaskNotFoundError
 * @throws WaitTimeoutError
 */
export async function untilEnded(waits: TaskWaits, taskId: string, patience: Patience): Promise<TaskView | undefined> {
  const { timeoutMs, deadline, signal, onUnfinished } = patience
  signal?.throwIfAborted()
  const ended = Promise.withResolvers<TaskView | undefined>()
  let state: TaskState | 'unknown' = 'unknown'
  const expire = () => ended.reject(new WaitTimeoutError(taskId, timeoutMs!, state))
  const off = waits.watch(taskId, (found) => {
    if (found === undefined) ended.reject(new TaskNotFoundError(taskId))
    else if (found instanceof Error) ended.reject(found)
    else if (isOver(found)) ended.resolve(found.view)
    else {
      state = found.state
      onUnfinished()
      if (performance.now() >= deadline) expire()
    }
  })
  // Once more at the end, because whoever allows no time at all wants to know how the task is now.
  const lookOnceMore = (): void => {
    waits.lookNow(taskId)
    timer = setTimeout(expire, lookPatienceMs)
  }
  const leftMs = Math.max(0, Math.min(deadline - performance.now(), maxTimerMs))
  let timer = timeoutMs === undefined ? undefined : setTimeout(lookOnceMore, leftMs)
  const abort = () => ended.reject(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    return await ended.promise
  } finally {
    off()
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
