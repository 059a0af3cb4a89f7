import { Command } from 'commander'
import { TaskNotFoundError } from '../../errors/task-errors.js'
import { graphOfTask } from '../../kernel/graph-api.js'
import { analyseTask } from '../../workflow/analysis/analyse-task.js'
import { failureText } from '../failure-text.js'
import type { Session } from '../session.js'
import { type TaskDocument, taskDocument } from '../task-document.js'
import { parseTaskId } from '../task-reference.js'
import { taskText } from '../task-text.js'

/** `tasks show`. */
export function tasksShowCommand(session: Session): Command {
  return new Command('show')
    .description('show a task, its graph and its steps; of a failed one, what the failure blocks and what to do')
    .argument('<TASK_ID>')
    .option('--json', 'print {task, steps} and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker tasks show 0197c0de-0000-7000-8000-000000000001')
    .action(async (id: string, options: { readonly json?: boolean }) => {
      const taskId = parseTaskId(id)
      const shown = await session.withTasker({}, async (tasker) => {
        const view = await tasker.tasks.get(taskId)
        if (view === undefined) throw new TaskNotFoundError(taskId)
        return { document: taskDocument(tasker, view), graph: graphOfTask(view), analysis: analyseTask(view) }
      })
      if (options.json === true) return session.printJson(shown.document satisfies TaskDocument)
      const colours = session.usesColours(session.terminal.stdout)
      const tableOptions = { paint: session.paint, width: session.width }
      const failures = failureText(shown.analysis, tableOptions)
      const text = taskText(shown.document, shown.graph, colours, tableOptions)
      session.print(failures === '' ? text : `${text}\n\n${failures}`)
    })
}
