import { Command } from 'commander'
import { InvalidArgumentError } from '../../errors/cli-errors.js'
import { LogPositionError } from '../../errors/persistence-errors.js'
import { expandPattern } from '../../events/event-pattern.js'
import type { Tasker } from '../../kernel/tasker.js'
import { parsePosition } from '../../workflow/log-position.js'
import { eventCatalogue, reachesLog } from '../event-documents.js'
import { eventLine } from '../event-text.js'
import { takeInterruption } from '../interruption.js'
import { collectList } from '../option-parsers.js'
import type { Session } from '../session.js'
import { parseTaskId } from '../task-reference.js'

interface TailOptions {
  readonly names?: readonly string[]
  readonly from?: string
  readonly task?: string
  readonly follow: boolean
  readonly json?: boolean
}

/** `events tail`: the event log, live. */
export function eventsTailCommand(session: Session): Command {
  return new Command('tail')
    .description('show the events of the log as they are written, by whatever process')
    .option('--names <patterns>', 'only these: names and wildcards, separated by commas', collectList)
    .option('--from <position>', 'after this position; "beginning", or "now", which is the default while following')
    .option('--task <id>', 'only of this task; from its beginning, unless --from says otherwise')
    .option('--no-follow', 'end where the log ends')
    .option('--json', 'print one event a line and nothing else')
    .addHelpText(
      'after',
      `\nExamples:\n  $ tasker events tail --names 'task.*,step.failed'\n  $ tasker events tail --from beginning --no-follow --json | wc -l`,
    )
    .action((options: TailOptions) => tail(session, options))
}

async function tail(session: Session, options: TailOptions): Promise<void> {
  const { names, follow, task, json = false } = options
  const taskId = task === undefined ? {} : { taskId: parseTaskId(task) }
  using interruption = takeInterruption(session)
  const { signal } = interruption
  await session.withTasker({}, async (tasker) => {
    if (names !== undefined) assertInLog(tasker, names)
    const after = await startOf(tasker, options)
    const place = after === undefined ? {} : { after }
    const wanted = names === undefined ? {} : { names }
    for await (const event of tasker.log.tail({ ...wanted, ...place, ...taskId, follow, signal })) {
      if (json) session.printJsonLine(event)
      else session.print(eventLine(event, { paint: session.paint }))
    }
  })
}

async function startOf(tasker: Tasker, { from, follow, task }: TailOptions): Promise<string | undefined> {
  const start = from ?? (follow && task === undefined ? 'now' : 'beginning')
  if (start === 'beginning') return undefined
  if (start === 'now') return tasker.log.end()
  if (parsePosition(start) === undefined) throw new LogPositionError(start)
  return start
}

/** What is never written to the log would be waited for in vain. */
function assertInLog(tasker: Tasker, patterns: readonly string[]): void {
  const catalogue = eventCatalogue(tasker.events.customEvents)
  const logged = new Set(catalogue.filter(reachesLog).map(({ name }) => name))
  for (const pattern of patterns) {
    const known = expandPattern(
      pattern,
      catalogue.map(({ name }) => name),
    )
    if (known.some((name) => logged.has(name))) continue
    throw new InvalidArgumentError('--names', `"${pattern}" is never written to the event log`, {
      expected: 'durable or custom events: `tasker events list` says "log" beside them',
      wayOut: 'The others are heard on the bus of the process that publishes them, by a subscriber.',
    })
  }
}
