import { Command } from 'commander'
import type { Session } from '../session.js'
import { keyOf, taskDocument } from '../task-document.js'
import { type TaskOptions, taskRequest, withTaskOptions, withTimeOptions } from '../task-options.js'

/** `tasks create`: stores a task for a worker to run. */
export function tasksCreateCommand(session: Session): Command {
  const command = new Command('create')
    .description('create a task for a worker to run, without waiting for it')
    .argument('<NAMESPACE/NAME[@RANGE]>', 'which task; without a version the highest stable one')
  return withTimeOptions(withTaskOptions(command))
    .option('--json', 'print {task, steps} and nothing else')
    .addHelpText(
      'after',
      `\nExample:\n  $ tasker tasks create payments/process_order --context '{"orderId": 1}' --reason "order 1"`,
    )
    .action((name: string, options: TaskOptions & { readonly json?: boolean }) => create(session, name, options))
}

async function create(
  session: Session,
  name: string,
  options: TaskOptions & { readonly json?: boolean },
): Promise<void> {
  const request = await taskRequest(name, options, session.terminal)
  const document = await session.withTasker({ purpose: 'create' }, async (tasker) => {
    const { id, isDuplicate } = await tasker.tasks.create(request)
    const view = (await tasker.tasks.get(id))!
    return taskDocument(tasker, isDuplicate === undefined ? view : { ...view, isDuplicate })
  })
  if (options.json === true) return session.printJson(document)
  session.print(document.task.id)
  const { task, steps } = document
  if (task.isDuplicate === undefined)
    return session.note(`created ${keyOf(task)} with ${steps.length} steps, ${task.state}`)
  session.note(`created nothing: an earlier request of this identity has made this ${keyOf(task)}, ${task.state}`)
}
