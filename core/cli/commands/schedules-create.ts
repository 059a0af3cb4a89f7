import { Command } from 'commander'
import { type CatchUpPolicy, catchUpPolicies, type OverlapPolicy, overlapPolicies } from '../../contracts/schedule.js'
import { collectList, parseChoice, parseDuration, parseInteger } from '../option-parsers.js'
import { askedBy, withReason } from '../person-options.js'
import { readJson } from '../read-json.js'
import { scheduleDocument } from '../schedule-text.js'
import type { Session } from '../session.js'
import { momentText } from '../time-text.js'

interface CreateOptions {
  readonly task: string
  readonly cron?: string
  readonly timeZone?: string
  readonly every?: number
  readonly description?: string
  readonly catchUp?: CatchUpPolicy
  readonly catchUpLimit?: number
  readonly overlap?: OverlapPolicy
  readonly context?: string
  readonly tags?: readonly string[]
  readonly priority?: number
  readonly reason: string
  readonly json?: boolean
}

/** `schedules create`. */
export function schedulesCreateCommand(session: Session): Command {
  const command = new Command('create')
    .description('create a schedule')
    .argument('<NAME>')
    .requiredOption('--task <namespace/name[@range]>', 'the task that it creates')
    .option('--cron <expression>', 'five fields (minute, hour, day, month, weekday), or six with seconds first')
    .option('--time-zone <zone>', 'IANA name of the zone in which it is read (default: UTC)')
    .option('--every <duration>', 'in place of a cron expression: 30s, 5m, 2h', (text) =>
      parseDuration('--every', text),
    )
    .option('--description <text>', 'what it is for')
    .option('--catch-up <policy>', `what is made up for: ${catchUpPolicies.join(', ')} (default: latest)`, (text) =>
      parseChoice('--catch-up', text, catchUpPolicies),
    )
    .option('--catch-up-limit <number>', 'at most so many (default: 100)', (text) =>
      parseInteger('--catch-up-limit', text, 1),
    )
    .option(
      '--overlap <policy>',
      `while the task before is not finished: ${overlapPolicies.join(', ')} (default: allow)`,
      (text) => parseChoice('--overlap', text, overlapPolicies),
    )
    .option('-c, --context <file|-|json>', 'context of each task: JSON, a file that holds it, or - for standard input')
    .option('--tags <list>', 'labels of each task, separated by commas', collectList)
    .option('--priority <number>', 'higher runs first', (text) => parseInteger('--priority', text))
  return withReason(command)
    .option('--json', 'print the schedule and nothing else')
    .addHelpText(
      'after',
      `\nExample:\n  $ tasker schedules create nightly-report --cron '30 2 * * *' --time-zone Europe/Berlin --task reports/daily@^1 --overlap skip`,
    )
    .action((name: string, options: CreateOptions) => create(session, name, options))
}

async function create(session: Session, name: string, options: CreateOptions): Promise<void> {
  const { task, cron, timeZone, every, description, catchUp, catchUpLimit, overlap, tags, priority } = options
  const context =
    options.context === undefined ? undefined : await readJson('--context', options.context, session.terminal)
  const request = present({ context, tags, priority })
  const asked = present({ cron, timeZone, everyMs: every, description, catchUp, catchUpLimit, overlap })
  const schedule = await session.withTasker({ purpose: 'create' }, async (tasker) =>
    scheduleDocument(
      tasker,
      await tasker.schedules.create({ name, task, request, ...asked }, askedBy(session, options)),
    ),
  )
  if (options.json === true) return session.printJson(schedule)
  session.print(schedule.name)
  session.note(`created; its first task is due at ${momentText(schedule.nextAt!)} UTC`)
}

function present<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}
