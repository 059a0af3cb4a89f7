import { Command } from 'commander'
import type { TaskEdit } from '../../contracts/tasks-api.js'
import { InvalidArgumentError } from '../../errors/cli-errors.js'
import { assertOne, type BulkCommandOptions, runBulkCommand, withBulk } from '../bulk-command.js'
import { type TaskFilterOptions, taskFilterOf, withTaskFilter } from '../filter-options.js'
import { collectList, jsonOrText, parseInteger } from '../option-parsers.js'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { maskedAnnotation } from '../task-document.js'
import { parseTaskId } from '../task-reference.js'
import { printTask } from './tasks-command.js'

const exampleId = '0197c0de-0000-7000-8000-000000000001'

interface UpdateOptions extends BulkCommandOptions, TaskFilterOptions {
  readonly newReason?: string
  readonly tags?: readonly string[]
  readonly priority?: number
}

interface AnnotateOptions extends BulkCommandOptions, TaskFilterOptions {
  readonly type?: string
  readonly value?: string
}

/** `tasks update`. */
export function tasksUpdateCommand(session: Session): Command {
  const command = new Command('update')
    .description('change the reason, the tags or the priority of a task, or of all that fit a filter')
    .argument('[TASK_ID]', 'which task; or filters that say which ones')
    .option('--new-reason <text>', 'why there is this task')
    .option('--tags <list>', 'its labels, separated by commas, in the place of those before', collectList)
    .option('--priority <number>', 'higher runs first', (text) => parseInteger('--priority', text))
  return withTaskFilter(withBulk(withReason(command, 'why it is changed')))
    .option('--json', 'print {task, steps} and nothing else; of many the report')
    .addHelpText(
      'after',
      `\nExamples:\n  $ tasker tasks update ${exampleId} --tags vip,urgent --priority 10\n  $ tasker tasks update --namespace payments --tag batch --priority -5 --dry-run`,
    )
    .action((id: string | undefined, options: UpdateOptions) => update(session, id, options))
}

async function update(session: Session, id: string | undefined, options: UpdateOptions): Promise<void> {
  const { newReason, tags, priority } = options
  const edit: TaskEdit = {
    ...(newReason === undefined ? {} : { reason: newReason }),
    ...(tags === undefined ? {} : { tags }),
    ...(priority === undefined ? {} : { priority }),
  }
  if (Object.keys(edit).length === 0)
    throw new InvalidArgumentError('tasks update', 'it says nothing that is to be changed', {
      expected: '--new-reason, --tags or --priority',
    })
  const filter = taskFilterOf(options)
  if (id === undefined)
    return runBulkCommand(session, options, ({ tasks }, bulk) => tasks.updateMany(filter, edit, bulk))
  assertOne(filter, options, 'TASK_ID')
  const taskId = parseTaskId(id)
  await printTask(session, options, ({ tasks }) => tasks.update(taskId, edit, askedBy(session, options)))
}

/** `tasks annotate`. */
export function tasksAnnotateCommand(session: Session): Command {
  const command = new Command('annotate')
    .description('note something about a task, or about all that fit a filter')
    .argument('[TASK_ID]', 'which task; or filters that say which ones')
    .option('--type <name>', 'what kind of note: ticket, comment …')
    .option('--value <json|text>', 'the note: JSON, or text where it cannot be read as such')
  return withTaskFilter(withBulk(withReason(command, 'why it is noted')))
    .option('--json', 'print the note and nothing else; of many the report')
    .addHelpText('after', `\nExample:\n  $ tasker tasks annotate ${exampleId} --type ticket --value SUP-4711`)
    .action((id: string | undefined, options: AnnotateOptions) => annotate(session, id, options))
}

async function annotate(session: Session, id: string | undefined, options: AnnotateOptions): Promise<void> {
  const { type, value } = options
  if (type === undefined || value === undefined)
    throw new InvalidArgumentError('tasks annotate', 'it does not say what is noted', {
      expected: '--type and --value, such as --type ticket --value SUP-4711',
    })
  const annotation = { type, value: jsonOrText(value) }
  const filter = taskFilterOf(options)
  if (id === undefined)
    return runBulkCommand(session, options, ({ tasks }, bulk) => tasks.annotateMany(filter, annotation, bulk))
  assertOne(filter, options, 'TASK_ID')
  const taskId = parseTaskId(id)
  const noted = await session.withTasker({}, async (tasker) =>
    maskedAnnotation(tasker, await tasker.tasks.annotate(taskId, annotation, askedBy(session, options))),
  )
  if (options.json === true) return session.printJson(noted)
  session.print(`noted ${type} about ${taskId}`)
}
