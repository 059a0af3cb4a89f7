import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import type { Tasker } from '../../kernel/tasker.js'
import { takeInterruption } from '../interruption.js'
import { createProgressView } from '../progress-view.js'
import type { Session } from '../session.js'

/** How often a worker that ends when nothing is left looks whether anything is, in milliseconds. */
const idleLookMs = 200

/** `start`: a worker, until it is told to stop. */
export function startCommand(session: Session): Command {
  return new Command('start')
    .description('run a worker with all configured plugins until SIGTERM or SIGINT, then drain')
    .option('--until-idle', 'also stop when no task is left to run or due')
    .addHelpText(
      'after',
      `
The first signal stops it after the steps that run, the second at once. An embedded database admits one worker; other
commands reach the database through it.

Examples:
  $ tasker start
  $ tasker start --until-idle --env production`,
    )
    .action((options: { readonly untilIdle?: boolean }) => start(session, options.untilIdle === true))
}

async function start(session: Session, untilIdle: boolean): Promise<void> {
  const { stderr } = session.terminal
  const view = stderr.isTTY === true ? await createProgressView(session, stderr, 'headline') : undefined
  const tell = (text: string) => (view === undefined ? session.note(text) : view.writeAbove(text))
  using interruption = takeInterruption(session, (signal) =>
    tell(`${signal}: draining, waiting for the steps that run; a second signal ends at once`),
  )
  const logLevel = view === undefined ? 'info' : 'warn'
  await session.withTasker({ purpose: 'work', logLevel, view }, async (tasker) => {
    if (interruption.signal.aborted) return
    if (view !== undefined) tasker.subscribers.register(view)
    await tasker.start()
    tell(startedText(tasker))
    await (untilIdle ? idle(tasker, interruption.signal) : aborted(interruption.signal))
  })
  view?.close()
  session.note(
    untilIdle && !interruption.signal.aborted
      ? 'nothing left to run: the worker has stopped'
      : 'the worker has stopped',
  )
}

function startedText(tasker: Tasker): string {
  const { database, handlers, plugins, subscribers } = tasker
  const where = database.kind === 'embedded' ? `embedded database in ${database.path}` : database.connection
  const parts = [
    counted(handlers.keys().length, 'handler'),
    counted(subscribers.list().length, 'subscriber'),
    counted(plugins.list().length, 'plugin'),
  ]
  const off = plugins.statuses().filter(({ problem }) => problem !== undefined)
  const offText =
    off.length === 0 ? '' : `\nswitched off: ${off.map(({ name }) => `plugin ${name}`).join(', ')}; the log says why`
  return `worker started, process ${process.pid}, ${where}\n${parts.join(', ')}; Ctrl-C stops it${offText}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

async function idle(tasker: Tasker, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await tasker.hasUnfinishedTasks())) {
    await sleep(idleLookMs, undefined, { signal }).catch(() => undefined)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    // An abort listener does not keep the process alive; the worker's own timers do, but that is its business.
    const timer = setInterval(() => {}, 60_000)
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(timer)
        resolve()
      },
      { once: true },
    )
  })
}
