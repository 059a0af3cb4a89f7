import type { Command } from 'commander'
import type { BulkItem, BulkOptions, BulkReport } from '../contracts/bulk.js'
import { InvalidArgumentError } from '../errors/cli-errors.js'
import type { Tasker } from '../kernel/tasker.js'
import { exitCodes } from './exit-codes.js'
import { takeInterruption } from './interruption.js'
import { paintState } from './paint.js'
import { askedBy } from './person-options.js'
import { progressLine } from './progress-line.js'
import type { Session } from './session.js'
import { keyOf } from './task-document.js'
import { textTable } from './text-table.js'

export interface BulkCommandOptions {
  readonly reason: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly all?: boolean
  readonly json?: boolean
}

/** Adds what commands for many need. */
export function withBulk(command: Command): Command {
  return command
    .option('--all', 'of many, where no filter says which: all of them')
    .option('--dry-run', 'of many: only say what would be done')
    .option('--yes', 'of many: do it')
}

/** Refuses a command that is about one thing and about many at once. */
export function assertOne(filter: object, options: BulkCommandOptions, subject: string): void {
  const { dryRun, yes, all } = options
  if (Object.keys(filter).length === 0 && dryRun !== true && yes !== true && all !== true) return
  throw new InvalidArgumentError(subject, 'it is named, and so are filters for many', {
    wayOut: 'Name one, or say by filters which ones; --all, --dry-run and --yes belong to the latter.',
  })
}

/**
 * Does something to many, or says what it would do. Without `--yes` it does nothing, and says so: who types a filter sees first what it
 * means.
 */
export async function runBulkCommand(
  session: Session,
  options: BulkCommandOptions,
  act: (tasker: Tasker, options: BulkOptions) => Promise<BulkReport>,
): Promise<void> {
  using interruption = takeInterruption(session)
  using line = progressLine(session.terminal.stderr)
  const { dryRun = false, yes = false, all = false } = options
  const report = await session.withTasker({}, (tasker) =>
    act(tasker, {
      ...askedBy(session, options),
      ...{ dryRun: dryRun || !yes, all, signal: interruption.signal },
      onProgress: ({ matched, done, refused }) => line.show(() => `${done + refused} of ${matched}`),
    }),
  )
  line[Symbol.dispose]()
  if (options.json === true) session.printJson(report)
  else printReport(session, report)
  if (report.refused > 0 || !report.isWhole) session.exitCode = exitCodes.failure
  if (dryRun || yes) return
  session.note('nothing was done: add --yes to do it, or --dry-run to only look')
  session.exitCode = exitCodes.wrongCall
}

function printReport(session: Session, { kind, items, matched, done, refused, isDryRun, isWhole }: BulkReport): void {
  const { paint, width } = session
  const shown = isDryRun ? items : items.filter(({ outcome }) => outcome === 'refused')
  const rows = shown.map((item) => [
    item.taskId,
    keyOf(item),
    item.step ?? '',
    paintState(item.state, paint),
    why(item),
  ])
  if (rows.length > 0)
    session.print(textTable(['TASK ID', 'TASK', 'STEP', isDryRun ? 'STATE' : 'WAS', 'DETAIL'], rows, { paint, width }))
  const sum = isDryRun
    ? `${kind} would be asked of ${matched}`
    : `${kind}: ${done} done, ${refused} refused${isWhole ? '' : `, ${matched - done - refused} not come to`}`
  session.note(sum)
}

function why({ error }: BulkItem): string {
  return error === undefined ? '' : `${error.code}: ${error.message}`
}
