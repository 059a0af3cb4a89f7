import { Command } from 'commander'
import type { RetentionOptions, RetentionPlan, RetentionResult } from '../../contracts/retention.js'
import { exitCodes } from '../exit-codes.js'
import { takeInterruption } from '../interruption.js'
import { parseDuration } from '../option-parsers.js'
import { progressLine } from '../progress-line.js'
import type { Session } from '../session.js'

interface CommandOptions {
  readonly olderThan?: number
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `db retention`: takes away what is old now, instead of waiting for a worker to do it. */
export function dbRetentionCommand(session: Session): Command {
  return new Command('retention')
    .description(
      'take away finished tasks that are old, with their log; workers do it by themselves where it is configured',
    )
    .option(
      '--older-than <duration>',
      'tasks that ended so long ago, 90d (default: retention.finishedTasksMs)',
      (text) => parseDuration('--older-than', text),
    )
    .option('--dry-run', 'only say what would be taken away')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker db retention --older-than 90d --dry-run')
    .action((options: CommandOptions) => (options.dryRun === true ? plan(session, options) : run(session, options)))
}

async function plan(session: Session, options: CommandOptions): Promise<void> {
  const found = await session.withTasker({}, (tasker) => tasker.retention.plan(retentionOptions(options)))
  if (options.json === true) return session.printJson(found satisfies RetentionPlan)
  session.print(
    `would take away ${counted(found.tasks, 'task')} and drop ${counted(found.partitions.length, 'partition')}`,
  )
}

async function run(session: Session, options: CommandOptions): Promise<void> {
  using interruption = takeInterruption(session)
  using line = progressLine(session.terminal.stderr)
  const onProgress = ({ tasks, entries }: RetentionResult) =>
    line.show(() => `${counted(tasks, 'task')}, ${entries.toLocaleString('en')} entries`)
  const taken = await session.withTasker({}, (tasker) =>
    tasker.retention.run({ ...retentionOptions(options), signal: interruption.signal, onProgress }),
  )
  line[Symbol.dispose]()
  if (!taken.isHolder) session.exitCode = exitCodes.failure
  if (options.json === true) return session.printJson(taken)
  session.print(takenText(taken))
}

function retentionOptions({ olderThan }: CommandOptions): RetentionOptions {
  return olderThan === undefined ? {} : { finishedTasksMs: olderThan }
}

function takenText({ tasks, entries, moved, partitions, isHolder }: RetentionResult): string {
  if (!isHolder && tasks === 0) return 'another process is taking away what is old; see its log'
  const parts = [
    `took away ${counted(tasks, 'task')} with ${entries.toLocaleString('en')} entries of the log`,
    ...(moved === 0 ? [] : [`moved ${moved.toLocaleString('en')} entries of other tasks forward`]),
    ...(partitions.length === 0 ? [] : [`dropped ${partitions.join(', ')}`]),
  ]
  return parts.join('; ')
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
