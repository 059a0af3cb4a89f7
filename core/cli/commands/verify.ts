import { Command } from 'commander'
import type { VerifyOptions, VerifyProgress, VerifyReport } from '../../contracts/verification.js'
import { exitCodes } from '../exit-codes.js'
import { takeInterruption } from '../interruption.js'
import { parseInteger, parseMoment } from '../option-parsers.js'
import { progressLine } from '../progress-line.js'
import type { Session } from '../session.js'
import { parseTaskId } from '../task-reference.js'
import { oneLine } from '../text-table.js'
import { durationText } from '../time-text.js'

interface CommandOptions {
  readonly namespace?: string
  readonly since?: string
  readonly task?: string
  readonly limit?: number
  readonly json?: boolean
}

/** `verify`: compares the rows with the log, and looks for what is stuck. */
export function verifyCommand(session: Session): Command {
  return new Command('verify')
    .description('rebuild the state of every task from the event log and compare, and look for stuck tasks')
    .option('--namespace <name>', 'only tasks of this namespace')
    .option('--since <moment>', 'only tasks created at or after: 2026-03-01, or how long ago, 2h', (text) =>
      parseMoment('--since', text),
    )
    .option('--task <id>', 'only this task', parseTaskId)
    .option('--limit <count>', 'end after so many differences or stuck tasks (default: 1000)', (text) =>
      parseInteger('--limit', text, 1),
    )
    .option('--json', 'print {tasks, events, differences, stuck} and nothing else')
    .addHelpText(
      'after',
      `
It may run while workers are busy. The exit code is 0 if nothing was found, 1 if anything was.

Examples:
  $ tasker verify
  $ tasker verify --since 24h --json | jq '.differences[].message'`,
    )
    .action((options: CommandOptions) => runVerify(session, options))
}

async function runVerify(session: Session, options: CommandOptions): Promise<void> {
  const startedAt = performance.now()
  using interruption = takeInterruption(session)
  using line = progressLine(session.terminal.stderr)
  const onProgress = (progress: VerifyProgress) => line.show(() => progressText(progress))
  const report = await session.withTasker({}, (tasker) =>
    tasker.verify({ ...verifyOptions(options), signal: interruption.signal, onProgress }),
  )
  line[Symbol.dispose]()
  const { tasks, events, differences, stuck, isWhole } = report
  if (differences.length + stuck.length > 0) session.exitCode = exitCodes.failure
  if (!isWhole) session.note(`note: it ended after ${differences.length} differences; --limit says after how many`)
  if (options.json === true) return session.printJson({ tasks, events, differences, stuck })
  session.print(reportText(report, performance.now() - startedAt, session))
}

function verifyOptions({ namespace, since, task, limit }: CommandOptions): VerifyOptions {
  const filter = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(since === undefined ? {} : { since }),
    ...(task === undefined ? {} : { taskId: task }),
  }
  return { filter, ...(limit === undefined ? {} : { limit }) }
}

function progressText({ tasks, events, phase }: VerifyProgress): string {
  const counts = `${tasks.toLocaleString('en')} tasks, ${events.toLocaleString('en')} events`
  if (phase === 'tasks') return counts
  return `${counts}; ${phase === 'log' ? 'looking for entries without a task' : 'looking again at what seems stuck'}`
}

function reportText({ tasks, events, differences, stuck }: VerifyReport, durationMs: number, session: Session): string {
  const { paint } = session
  const looked = `${tasks.toLocaleString('en')} tasks and ${events.toLocaleString('en')} events in ${durationText(durationMs)}`
  if (differences.length + stuck.length === 0) {
    return `${paint('green', 'log and rows agree')}, nothing is stuck: ${looked}`
  }
  const lines = [...differences, ...stuck].map(({ message }) => oneLine(message))
  const found = `${differences.length} differences, ${stuck.length} stuck`
  return [...lines, `${paint('red', found)}: ${looked}`].join('\n')
}
