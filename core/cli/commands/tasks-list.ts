import { Command } from 'commander'
import type { TaskRecord } from '../../contracts/task-record.js'
import type { Tasker } from '../../kernel/tasker.js'
import { type TaskFilterOptions, taskFilterOf, withTaskFilter } from '../filter-options.js'
import { parseInteger } from '../option-parsers.js'
import type { Session } from '../session.js'
import { maskedTask } from '../task-document.js'
import { taskTable } from '../task-text.js'

interface ListOptions extends TaskFilterOptions {
  readonly limit: number
  readonly after?: string
  readonly json?: boolean
}

/** What the database gives at once. */
const pageSize = 1000

/** `tasks list`. */
export function tasksListCommand(session: Session): Command {
  return withTaskFilter(new Command('list').description('list tasks, the latest first'))
    .option('--limit <number>', 'at most so many', (text) => parseInteger('--limit', text, 1), 100)
    .option('--after <cursor>', 'go on where the list before ended')
    .option('--json', 'print an array and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tasker tasks list --state error --since 24h\n  $ tasker tasks list --namespace payments --json',
    )
    .action((options: ListOptions) => list(session, options))
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { json = false } = options
  const { items, next } = await session.withTasker({}, async (tasker) => {
    const found = await read(tasker, options)
    return { ...found, items: found.items.map((task) => maskedTask(tasker, task)) }
  })
  if (json) session.printJson(items)
  else if (items.length === 0) session.note('no tasks')
  else session.print(taskTable(items, { paint: session.paint, width: session.width }))
  if (next !== undefined) session.note(`there are more: add --after ${next}`)
}

async function read(tasker: Tasker, options: ListOptions): Promise<{ items: readonly TaskRecord[]; next?: string }> {
  const { limit, after: first } = options
  const filter = taskFilterOf(options)
  const items: TaskRecord[] = []
  let after = first
  do {
    const page = { limit: Math.min(pageSize, limit - items.length), ...(after === undefined ? {} : { after }) }
    const read = await tasker.tasks.list(filter, page)
    items.push(...read.items)
    after = read.next
  } while (after !== undefined && items.length < limit)
  return { items, ...(after === undefined ? {} : { next: after }) }
}
