import { Command } from 'commander'
import type { Annotation } from '../../contracts/tasks-api.js'
import { TaskNotFoundError } from '../../errors/task-errors.js'
import { graphOfTask } from '../../kernel/graph-api.js'
import { analyseTask } from '../../workflow/analysis/analyse-task.js'
import { failureText } from '../failure-text.js'
import type { Session } from '../session.js'
import { maskedAnnotation, type TaskDocument, taskDocument } from '../task-document.js'
import { parseTaskId } from '../task-reference.js'
import { annotationTable, taskText } from '../task-text.js'

/** The oldest of them; whoever notes more about a task reads them by the API. */
const mostAnnotations = 100

/** `tasks show`. */
export function tasksShowCommand(session: Session): Command {
  return new Command('show')
    .description('show a task, its graph and its steps; of a failed one, what the failure blocks and what to do')
    .argument('<TASK_ID>')
    .option('--json', 'print {task, steps, annotations} and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker tasks show 0197c0de-0000-7000-8000-000000000001')
    .action(async (id: string, options: { readonly json?: boolean }) => {
      const taskId = parseTaskId(id)
      const shown = await session.withTasker({}, async (tasker) => {
        const view = await tasker.tasks.get(taskId)
        if (view === undefined) throw new TaskNotFoundError(taskId)
        const { items: annotations } = await tasker.tasks.annotations(taskId, { limit: mostAnnotations })
        const notes = annotations.map((annotation) => maskedAnnotation(tasker, annotation, view))
        const document = { ...taskDocument(tasker, view), annotations: notes }
        return { document, graph: graphOfTask(view), analysis: analyseTask(view) }
      })
      if (options.json === true)
        return session.printJson(
          shown.document satisfies TaskDocument & { readonly annotations: readonly Annotation[] },
        )
      const colours = session.usesColours(session.terminal.stdout)
      const tableOptions = { paint: session.paint, width: session.width }
      const failures = failureText(shown.analysis, tableOptions)
      const text = taskText(shown.document, shown.graph, colours, tableOptions)
      const notes = annotationTable(shown.document.annotations, tableOptions)
      session.print([text, notes, failures].filter((part) => part !== '').join('\n\n'))
    })
}
