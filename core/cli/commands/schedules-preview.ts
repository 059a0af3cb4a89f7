import { Command } from 'commander'
import { InvalidArgumentError } from '../../errors/cli-errors.js'
import { parseDuration, parseInteger } from '../option-parsers.js'
import type { Session } from '../session.js'

interface PreviewOptions {
  readonly cron?: string
  readonly timeZone?: string
  readonly every?: number
  readonly count: number
  readonly json?: boolean
}

/** `schedules preview`. */
export function schedulesPreviewCommand(session: Session): Command {
  return new Command('preview')
    .description('show the next times of a schedule, or of an expression that may become one')
    .argument('[NAME]')
    .option('--cron <expression>', 'five fields (minute, hour, day, month, weekday), or six with seconds first')
    .option('--time-zone <zone>', 'IANA name of the zone in which it is read (default: UTC)')
    .option('--every <duration>', 'in place of a cron expression: 30s, 5m, 2h', (text) =>
      parseDuration('--every', text),
    )
    .option('--count <number>', 'how many', (text) => parseInteger('--count', text, 1), 10)
    .option('--json', 'print an array and nothing else')
    .addHelpText(
      'after',
      `\nExamples:\n  $ tasker schedules preview nightly-report --count 3\n  $ tasker schedules preview --cron '30 2 * * *' --time-zone Europe/Berlin`,
    )
    .action((name: string | undefined, options: PreviewOptions) => preview(session, name, options))
}

async function preview(session: Session, name: string | undefined, options: PreviewOptions): Promise<void> {
  const { cron, timeZone, every, count, json } = options
  const isOfExpression = cron !== undefined || every !== undefined || timeZone !== undefined
  if ((name !== undefined) === isOfExpression) {
    throw new InvalidArgumentError('NAME', 'it must be clear whose times are meant', {
      expected: 'the name of a schedule, or --cron or --every, and not both',
      received: name === undefined ? 'neither' : 'both',
    })
  }
  const asked = {
    ...(cron === undefined ? {} : { cron }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(every === undefined ? {} : { everyMs: every }),
  }
  // An expression by itself needs no database.
  const open = name === undefined ? ({ purpose: 'look' } as const) : {}
  const times = await session.withTasker(open, (tasker) => tasker.schedules.preview(name ?? asked, count))
  if (json === true) session.printJson(times)
  else for (const time of times) session.print(time)
}
