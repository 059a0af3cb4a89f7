import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import type { TaskView } from '../../contracts/task-record.js'
import type { TaskRequest } from '../../contracts/task-request.js'
import { InterruptedError } from '../../errors/cli-errors.js'
import type { TaskerEvent } from '../../events/envelope.js'
import type { Tasker } from '../../kernel/tasker.js'
import { exitCodes } from '../exit-codes.js'
import { type Interruption, takeInterruption } from '../interruption.js'
import { createProgressView, type ProgressView } from '../progress-view.js'
import type { Session } from '../session.js'
import { errorLine, hasResults } from '../step-text.js'
import { keyOf, type TaskDocument, taskDocument } from '../task-document.js'
import { parseTimeout, type TaskOptions, taskRequest, withTaskOptions } from '../task-options.js'
import { oneLine } from '../text-table.js'

interface RunOptions extends TaskOptions {
  readonly json?: boolean
}

/** `run`: creates a task and runs it to its end, showing its steps. */
export function runCommand(session: Session): Command {
  const command = new Command('run')
    .description('create a task and run it to its end, showing its steps live')
    .argument('<NAMESPACE/NAME[@RANGE]>', 'which task; without a version the highest stable one')
  return withTaskOptions(command)
    .option('--timeout <duration>', 'give up waiting after this time: 500ms, 30s, 5m; the task is kept', parseTimeout)
    .option('--json', 'print {task, steps} and nothing else')
    .addHelpText(
      'after',
      `
It runs in this process, or in the one that holds the embedded database. The exit code is 0 if the task is complete, else 1.

Examples:
  $ tasker run payments/process_order --context '{"orderId": 1}'
  $ tasker run payments/process_order@^2 --context order.json --json | jq .task.state`,
    )
    .action(async (name: string, options: RunOptions) => {
      const { timeout, json = false, ...said } = options
      const request = await taskRequest(name, said, session.terminal)
      await run(session, { correlationId: randomUUID(), ...request }, { timeoutMs: timeout, json })
    })
}

async function run(session: Session, request: TaskRequest & { readonly correlationId: string }, json: boolean) {
  const view = await viewOf(session, request.correlationId, json)
  const tell = (text: string) => (view === undefined ? session.note(text) : view.writeAbove(text))
  using interruption = takeInterruption(session, () =>
    tell('stopping: waiting for the steps that run; once more ends at once'),
  )
  try {
    const document = await session.withTasker({ purpose: 'create', view }, async (tasker) => {
      const isHere = tasker.database.isHolder || tasker.database.kind === 'postgresql'
      return taskDocument(tasker, await (isHere ? runHere : followElsewhere)(tasker, request, view, interruption))
    })
    view?.close()
    report(session, document, json)
  } finally {
    view?.close()
  }
}

/** Undefined where nobody looks: with `--json` progress would stand between logs. */
async function viewOf(session: Session, correlationId: string, json: boolean): Promise<ProgressView | undefined> {
  const { stdout, stderr } = session.terminal
  if (json && stderr.isTTY !== true) return undefined
  // A correlation id is shared by the task and its children, and by nothing else that this process may run.
  return createProgressView(session, json ? stderr : stdout, 'steps', (event) => event.correlationId === correlationId)
}

async function runHere(
  tasker: Tasker,
  request: TaskRequest,
  view: ProgressView | undefined,
  interruption: Interruption,
) {
  if (view !== undefined) tasker.subscribers.register(view)
  await tasker.start()
  const task = await tasker.tasks.create(request)
  return waitFor(tasker, task, interruption)
}

/** The task runs in the process that holds the database; what happens to it is read from the log. */
async function followElsewhere(
  tasker: Tasker,
  request: TaskRequest,
  view: ProgressView | undefined,
  interruption: Interruption,
) {
  const task = await tasker.tasks.create(request)
  const done = new AbortController()
  const shown = show(tasker, task.id, view, AbortSignal.any([interruption.signal, done.signal]))
  try {
    return await waitFor(tasker, task, interruption)
  } finally {
    // The last events are in the log by now; who reads it has seen them after one more look.
    setTimeout(() => done.abort(), 300)
    await shown
  }
}

async function show(
  tasker: Tasker,
  taskId: string,
  view: ProgressView | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (view === undefined) return
  const context = { log: silent, signal }
  for await (const event of tasker.log.tail({ taskId, follow: true, signal })) {
    view.on[event.name]?.(event as TaskerEvent, context)
    if (isEnd(event.name)) return
  }
}

async function waitFor(tasker: Tasker, task: { readonly id: string }, { signal }: Interruption): Promise<TaskView> {
  try {
    return await tasker.tasks.wait(task, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
    throw new InterruptedError(
      `Interrupted before task ${task.id} ended; it is kept`,
      `\`tasker start\` goes on with it, \`tasker tasks cancel ${task.id}\` gives it up.`,
    )
  }
}

function isEnd(name: string): boolean {
  return /^task\.(completed|failed|cancelled|resolved_manually)$/.test(name)
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

function report(session: Session, document: TaskDocument, json: boolean): void {
  const { task, steps } = document
  const isComplete = task.state === 'complete'
  if (!isComplete) session.exitCode = exitCodes.failure
  if (json) {
    session.printJson(document)
    return
  }
  const { paint } = session
  const hasDependents = new Set(steps.flatMap(({ dependsOn }) => dependsOn))
  const last = steps.filter((step) => !hasDependents.has(step.name) && hasResults(step))
  for (const { name, results } of last) session.print(`${paint('dim', `${name}:`)} ${JSON.stringify(results)}`)
  session.print(`${paint('dim', 'task:')} ${task.id}`)
  if (isComplete) return
  const why = task.error === null ? '' : `: ${oneLine(errorLine(task.error))}`
  session.note(`${keyOf(task)} ended in ${task.state}${why}\nSee \`tasker tasks show ${task.id}\`.`)
}
