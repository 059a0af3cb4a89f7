import { Command } from 'commander'
import type { BulkOptions, BulkReport } from '../../contracts/bulk.js'
import type { PauseRecord, TaskType } from '../../contracts/pauses.js'
import type { TaskFilter } from '../../contracts/store.js'
import type { TaskView } from '../../contracts/task-record.js'
import type { Tasker } from '../../kernel/tasker.js'
import { parseHandlerName } from '../../registry/handler-name.js'
import { assertOne, type BulkCommandOptions, runBulkCommand, withBulk } from '../bulk-command.js'
import { type TaskFilterOptions, taskFilterOf, withTaskFilter } from '../filter-options.js'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { taskDocument } from '../task-document.js'
import { isTaskId, parseTaskId } from '../task-reference.js'
import { taskLine } from '../task-text.js'

const verbs = {
  cancel: 'cancel a task, or all that fit a filter; steps that run are told by their signal',
  resolve: 'say that a task in error is settled by hand, or all that fit a filter',
  retry: 'run the failed steps of a task again, or of all that fit a filter',
  pause: 'begin no more steps of a task, of all tasks of a type, or of those that fit a filter',
  resume: 'let a paused task, a task type, or all paused tasks that fit a filter go on',
} as const
type Verb = keyof typeof verbs
type Options = BulkCommandOptions & TaskFilterOptions

const many: Readonly<Record<Verb, (tasker: Tasker, filter: TaskFilter, options: BulkOptions) => Promise<BulkReport>>> =
  {
    cancel: ({ tasks }, filter, options) => tasks.cancelMany(filter, options),
    resolve: ({ tasks }, filter, options) => tasks.resolveMany(filter, options),
    retry: ({ tasks }, filter, options) => tasks.retryMany(filter, options),
    pause: ({ tasks }, filter, options) => tasks.pauseMany(filter, options),
    resume: ({ tasks }, filter, options) => tasks.resumeMany(filter, options),
  }

/** `tasks cancel`, `tasks resolve`, `tasks retry`, `tasks pause`, `tasks resume`. */
export function tasksCommandCommands(session: Session): Command[] {
  return (Object.keys(verbs) as Verb[]).map((verb) => {
    const command = new Command(verb).description(verbs[verb])
    if (isPausing(verb)) command.argument('[TASK_ID|NAMESPACE/NAME[@VERSION]]', 'which task or type; or filters')
    else command.argument('[TASK_ID]', 'which task; or filters that say which ones')
    return withTaskFilter(withBulk(withReason(command)))
      .option('--json', 'print {task, steps} and nothing else; of many the report')
      .addHelpText('after', `\n${examples(verb)}`)
      .action((subject: string | undefined, options: Options) => act(session, verb, subject, options))
  })
}

function examples(verb: Verb): string {
  const lines = [
    `tasker tasks ${verb} 0197c0de-0000-7000-8000-000000000001 --reason "asked by the customer"`,
    ...(isPausing(verb) ? [`tasker tasks ${verb} payments/refund`] : []),
    `tasker tasks ${verb} --namespace payments --since 24h --dry-run`,
  ]
  return `Examples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
}

function isPausing(verb: Verb): verb is 'pause' | 'resume' {
  return verb === 'pause' || verb === 'resume'
}

async function act(session: Session, verb: Verb, subject: string | undefined, options: Options): Promise<void> {
  const filter = taskFilterOf(options)
  if (subject === undefined) return runBulkCommand(session, options, (tasker, bulk) => many[verb](tasker, filter, bulk))
  assertOne(filter, options, 'TASK_ID')
  if (isPausing(verb) && !isTaskId(subject)) return actOnType(session, verb, subject, options)
  const taskId = parseTaskId(subject)
  await printTask(session, options, (tasker) => tasker.tasks[verb](taskId, askedBy(session, options)))
}

async function actOnType(session: Session, verb: 'pause' | 'resume', subject: string, options: Options): Promise<void> {
  const { namespace, name, version } = parseHandlerName(subject)
  const type: TaskType = { namespace, name, ...(version === undefined ? {} : { version }) }
  const asked = askedBy(session, options)
  const done = await session.withTasker({}, ({ tasks }): Promise<PauseRecord | boolean> => {
    return verb === 'pause' ? tasks.pause(type, asked) : tasks.resume(type, asked)
  })
  if (options.json === true) return session.printJson(typeof done === 'boolean' ? { ...type, wasPaused: done } : done)
  if (done === false) session.print(`${subject} was not paused`)
  else session.print(`${subject} is ${verb === 'pause' ? 'paused' : 'paused no more'}`)
}

/** Prints what became of one task. */
export async function printTask(
  session: Session,
  { json }: { readonly json?: boolean },
  work: (tasker: Tasker) => Promise<TaskView>,
): Promise<void> {
  const document = await session.withTasker({}, async (tasker) => taskDocument(tasker, await work(tasker)))
  if (json === true) return session.printJson(document)
  session.print(taskLine(document.task, session.paint))
}
