import { Command } from 'commander'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { keyOf, taskDocument } from '../task-document.js'

/** `schedules trigger`: a task of a schedule at once. */
export function schedulesTriggerCommand(session: Session): Command {
  const command = new Command('trigger')
    .description('create a task of a schedule at once, besides its times, for a worker to run')
    .argument('<NAME>')
  return withReason(command)
    .option('--json', 'print {task, steps} and nothing else')
    .addHelpText(
      'after',
      '\nExample:\n  $ tasker schedules trigger nightly-report --reason "the numbers were corrected"',
    )
    .action((name: string, options: { readonly reason: string; readonly json?: boolean }) =>
      trigger(session, name, options),
    )
}

async function trigger(
  session: Session,
  name: string,
  options: { readonly reason: string; readonly json?: boolean },
): Promise<void> {
  const document = await session.withTasker({ purpose: 'create' }, async (tasker) => {
    const { id } = await tasker.schedules.trigger(name, askedBy(session, options))
    return taskDocument(tasker, (await tasker.tasks.get(id))!)
  })
  if (options.json === true) return session.printJson(document)
  session.print(document.task.id)
  session.note(`created ${keyOf(document.task)} of schedule ${name}`)
}
