import { Command } from 'commander'
import { InvalidArgumentError } from '../../errors/cli-errors.js'
import { collectList } from '../option-parsers.js'
import { askedBy, withReason } from '../person-options.js'
import { readJson } from '../read-json.js'
import type { Session } from '../session.js'
import { keyOf, taskDocument } from '../task-document.js'
import { parseTaskId } from '../task-reference.js'

interface RerunOptions {
  readonly from?: readonly string[]
  readonly context?: string
  readonly version?: string
  readonly reason: string
  readonly json?: boolean
}

/** `tasks rerun`. */
export function tasksRerunCommand(session: Session): Command {
  const command = new Command('rerun')
    .description('run a task again from a step, as a new task that takes over the results of what came before')
    .argument('<TASK_ID>')
    .option('--from <steps>', 'the steps to begin with, separated by commas', collectList)
    .option('-c, --context <file|-|json>', 'another context: JSON, a file that holds it, or - for standard input')
    .option('--version <range>', 'with this version of the task (default: its own)')
  return withReason(command, 'why; stands in the new task')
    .option('--json', 'print {task, steps} of the new task and nothing else')
    .addHelpText(
      'after',
      '\nExample:\n  $ tasker tasks rerun 0197c0de-0000-7000-8000-000000000001 --from charge --reason "the amount was wrong"',
    )
    .action((id: string, options: RerunOptions) => rerun(session, id, options))
}

async function rerun(session: Session, id: string, options: RerunOptions): Promise<void> {
  const taskId = parseTaskId(id)
  const { from = [], context, version } = options
  if (from.length === 0) {
    throw new InvalidArgumentError('--from', 'it does not say which step to begin with', {
      expected: 'the name of a step, or several separated by commas',
      wayOut: `\`tasker tasks show ${taskId}\` lists its steps.`,
    })
  }
  const asked = {
    ...{ from, ...askedBy(session, options) },
    ...(context === undefined ? {} : { context: await readJson('--context', context, session.terminal) }),
    ...(version === undefined ? {} : { version }),
  }
  const document = await session.withTasker({ purpose: 'create' }, async (tasker) => {
    const created = await tasker.tasks.rerun(taskId, asked)
    return taskDocument(tasker, (await tasker.tasks.get(created))!)
  })
  if (options.json === true) return session.printJson(document)
  session.print(document.task.id)
  session.note(`created ${keyOf(document.task)}, which runs ${taskId} again from ${from.join(', ')}`)
}
