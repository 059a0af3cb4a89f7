import { Command } from 'commander'
import type { Tasker } from '../../kernel/tasker.js'
import { paintState } from '../paint.js'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { keyOf, taskDocument } from '../task-document.js'
import { parseTaskId } from '../task-reference.js'

const verbs = {
  cancel: 'cancel a task; steps that run are told by their signal',
  resolve: 'say that a task in error is settled by hand',
  retry: 'run the failed steps of a task again',
} as const
type Verb = keyof typeof verbs

/** `tasks cancel`, `tasks resolve`, `tasks retry`. */
export function tasksCommandCommands(session: Session): Command[] {
  return (Object.keys(verbs) as Verb[]).map((verb) => {
    const command = new Command(verb).description(verbs[verb]).argument('<TASK_ID>')
    return withReason(command)
      .option('--json', 'print {task, steps} and nothing else')
      .addHelpText(
        'after',
        `\nExample:\n  $ tasker tasks ${verb} 0197c0de-0000-7000-8000-000000000001 --reason "asked by the customer"`,
      )
      .action((id: string, options: { readonly reason: string; readonly json?: boolean }) =>
        act(session, verb, id, options),
      )
  })
}

async function act(
  session: Session,
  verb: Verb,
  id: string,
  options: { readonly reason: string; readonly json?: boolean },
) {
  const taskId = parseTaskId(id)
  const document = await session.withTasker({}, async (tasker: Tasker) =>
    taskDocument(tasker, await tasker.tasks[verb](taskId, askedBy(session, options))),
  )
  if (options.json === true) return session.printJson(document)
  const { task } = document
  session.print(`${keyOf(task)} ${task.id} is ${paintState(task.state, session.paint)}`)
}
