import { styleText } from 'node:util'
import { createTasker } from 'tasker'
import { createProgressSubscriber } from 'tasker/subscribers/progress'
import { exportRecords, findOtherFiles } from './export-records.js'
import { createTasks, findUnfinishedTasks } from './main-job.js'
import { describeProject } from './overview.js'
import { summarise } from './summary.js'
import { heading } from './text-table.js'

/** Longer than any of it takes; beyond, something is wrong, and whoever waits should hear about it. */
const PATIENCE_MS = 120_000

const { stdout } = process

try {
  process.exitCode = (await runMainJob()) ? 0 : 1
} catch (error) {
  process.stderr.write(`${styleText('red', '✖', { stream: process.stderr })} ${(error as Error).message}\n`)
  process.exitCode = 1
}

/** Runs the main job, shows it, and says whether all of it is complete. */
async function runMainJob(): Promise<boolean> {
  say('Tasker reads tasker.config.ts and opens its database …')
  // The screen belongs to the steps; overrides win over tasker.config.ts.
  await using tasker = await createTasker(undefined, { overrides: { logging: { destination: '.tasker/tasker.log' } } })
  say(describeProject(tasker))

  const isTerminal = stdout.isTTY === true
  const colours = isTerminal && stdout.hasColors()
  const progress = createProgressSubscriber({ stream: stdout, isTerminal, colours })
  tasker.subscribers.register(progress)

  const unfinished = await findUnfinishedTasks(tasker)
  say(heading('Progress'))
  if (unfinished.length > 0)
    say(`Left unfinished by an earlier run, and going on where they stood: ${unfinished.length}`)
  // Only events that somebody hears are made and counted: here, all of them, for the sums at the end.
  tasker.events.on('*', () => undefined, { name: 'everything' })
  await tasker.start()
  const running = [...unfinished, ...(await createTasks(tasker))]
  const tasks = await Promise.all(running.map((task) => tasker.tasks.wait(task, { timeoutMs: PATIENCE_MS })))
  progress.close()

  const files = [...(await exportRecords(tasker)), ...(await findOtherFiles())]
  say(await summarise(tasker, { tasks, files }))

  const failed = tasks.filter(({ state }) => state !== 'complete')
  for (const { id, state } of failed) say(`✖ task ${id} is ${state}: npm run -s tasker -- tasks show ${id}`)
  if (failed.length === 0) say(`\n${styleText('green', '✔')} ${tasks.length} tasks complete`)
  return failed.length === 0
}

function say(text: string): void {
  stdout.write(`${text}\n`)
}
