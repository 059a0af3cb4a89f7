import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import type { TaskRequest } from '../../contracts/task-request.js'
import { withoutElements } from '../../workflow/list-elements.js'
import { exitCodes } from '../exit-codes.js'
import { takeInterruption } from '../interruption.js'
import { createProgressView, type ProgressView } from '../progress-view.js'
import { runTask } from '../run-task.js'
import type { Session } from '../session.js'
import { errorLine, hasResults } from '../step-text.js'
import { keyOf, type TaskDocument, taskDocument } from '../task-document.js'
import { parseTimeout, type TaskOptions, taskRequest, withTaskOptions } from '../task-options.js'
import { oneLine } from '../text-table.js'

type CorrelatedRequest = TaskRequest & { readonly correlationId: string }

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

interface Waiting {
  readonly timeoutMs: number | undefined
  readonly json: boolean
}

async function run(session: Session, request: CorrelatedRequest, { timeoutMs, json }: Waiting): Promise<void> {
  const view = await viewOf(session, request.correlationId, json)
  const tell = (text: string) => (view === undefined ? session.note(text) : view.writeAbove(text))
  using interruption = takeInterruption(session, () =>
    tell('stopping: waiting for the steps that run; once more ends at once'),
  )
  const { signal } = interruption
  try {
    const document = await session.withTasker({ purpose: 'create', view }, async (tasker) =>
      taskDocument(tasker, await runTask({ tasker, request, view, signal, timeoutMs })),
    )
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

function report(session: Session, document: TaskDocument, json: boolean): void {
  const { task, steps } = document
  const isComplete = task.state === 'complete'
  if (task.isDuplicate === true && !json)
    session.note(`nothing was created: this is the task of an earlier request of this identity`)
  if (!isComplete) session.exitCode = exitCodes.failure
  if (json) {
    session.printJson(document)
    return
  }
  const { paint } = session
  const hasDependents = new Set(steps.flatMap(({ dependsOn }) => dependsOn))
  const last = withoutElements(steps).filter((step) => !hasDependents.has(step.name) && hasResults(step))
  for (const { name, results } of last) session.print(`${paint('dim', `${name}:`)} ${JSON.stringify(results)}`)
  session.print(`${paint('dim', 'task:')} ${task.id}`)
  if (isComplete) return
  const why = task.error === null ? '' : `: ${oneLine(errorLine(task.error))}`
  session.note(`${keyOf(task)} ended in ${task.state}${why}\nSee \`tasker tasks show ${task.id}\`.`)
}
