import type { CreatedTask } from '../contracts/created-task.js'
import type { Logger } from '../contracts/logger.js'
import type { TaskRecord, TaskView } from '../contracts/task-record.js'
import type { TaskRequest } from '../contracts/task-request.js'
import { InterruptedError } from '../errors/cli-errors.js'
import type { TaskerEvent } from '../events/envelope.js'
import type { Tasker } from '../kernel/tasker.js'
import type { ProgressView } from './progress-view.js'

/** One run of a task from its creation to its end. */
export interface TaskRun {
  readonly tasker: Tasker
  readonly request: TaskRequest
  /** Is shown what happens; undefined where nobody looks. */
  readonly view: ProgressView | undefined
  /** Gives up waiting. */
  readonly signal: AbortSignal
  /** How long to wait for the end. Default: for ever. */
  readonly timeoutMs: number | undefined
}

/** The task at its end; `isDuplicate` where it is that of an earlier request. */
export type RunTaskView = TaskView & Pick<CreatedTask, 'isDuplicate'>

/** The last events are in the log when the end of the task is seen: who reads it has them after one more look. */
const lastLookMs = 300

/**
 * Creates a task and waits for its end: in this process, or, where another one holds the embedded database, in that one.
 *
 * @throws InterruptedError, WaitTimeoutError; the task is kept
 */
export function runTask(run: TaskRun): Promise<RunTaskView> {
  const { isHolder, kind } = run.tasker.database
  return isHolder || kind === 'postgresql' ? runHere(run) : followElsewhere(run)
}

async function runHere(run: TaskRun): Promise<RunTaskView> {
  const { tasker, request, view } = run
  if (view !== undefined) tasker.subscribers.register(view)
  const interrupted = await interruptedTasks(tasker)
  await tasker.start()
  const created = await tasker.tasks.create(request)
  const finished = await waitFor(run, created)
  // Whoever runs again after a kill means the old task as well: nobody else would finish it.
  for (const task of interrupted) await waitFor(run, task)
  return asCreated(finished, created)
}

/**
 * What an earlier run on this embedded database had begun when it was killed, as far as it goes on here and now. A server may have other
 * workers for it.
 */
async function interruptedTasks(tasker: Tasker): Promise<readonly TaskRecord[]> {
  if (tasker.database.kind !== 'embedded') return []
  const { items } = await tasker.tasks.list({ state: ['pending', 'in_progress'] }, { limit: 1000 })
  const now = new Date().toISOString()
  return items.filter((task) => {
    const isBegun = task.startedAt !== null || task.ownerId !== null
    return isBegun && task.parked === null && (task.dueAt ?? '') <= now && tasker.handlers.has(task)
  })
}

/** What happens to the task is read from the log. */
async function followElsewhere(run: TaskRun): Promise<RunTaskView> {
  const task = await run.tasker.tasks.create(run.request)
  const done = new AbortController()
  // A picture that fails is no reason to give up the task.
  const shown = show(run, task.id, done.signal).catch(() => undefined)
  try {
    return asCreated(await waitFor(run, task), task)
  } finally {
    const timer = setTimeout(() => done.abort(), lastLookMs)
    await shown
    clearTimeout(timer)
  }
}

function asCreated(finished: TaskView, { isDuplicate }: CreatedTask): RunTaskView {
  return isDuplicate === undefined ? finished : { ...finished, isDuplicate }
}

async function show({ tasker, view, signal: interrupted }: TaskRun, taskId: string, done: AbortSignal): Promise<void> {
  if (view === undefined) return
  const signal = AbortSignal.any([interrupted, done])
  for await (const event of tasker.log.tail({ taskId, follow: true, signal })) {
    view.on[event.name]?.(event as TaskerEvent, { log: silent, signal, attempt: 1 })
    if (/^task\.(completed|failed|cancelled|resolved_manually)$/.test(event.name)) return
  }
}

async function waitFor({ tasker, signal, timeoutMs }: TaskRun, task: { readonly id: string }): Promise<TaskView> {
  try {
    return await tasker.tasks.wait(task, { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  } catch (error) {
    if (!signal.aborted) throw error
    throw new InterruptedError(
      `Interrupted before task ${task.id} ended; it is kept`,
      `\`tasker start\` goes on with it, \`tasker tasks cancel ${task.id}\` gives it up.`,
    )
  }
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
