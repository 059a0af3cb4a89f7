import { styleText } from 'node:util'
import { createTasker, drawGraphAsText, type Tasker } from 'tasker'
import { createProgressSubscriber } from 'tasker/subscribers/progress'
import { exportRecords, findOtherFiles } from './export-records.js'
import { createTasks, findUnfinishedTasks, workflows } from './main-job.js'
import { summarise } from './summary.js'
import { heading } from './text-table.js'

/** Longer than any of it takes; beyond, something is wrong and whoever waits should hear about it. */
const PATIENCE_MS = 120_000

const { stdout } = process

// Reads tasker.config.ts, finds handlers, subscribers and exporters, opens the database.
await using tasker = await createTasker()
showGraphs(tasker)

const progress = createProgressSubscriber({
  stream: stdout,
  isTerminal: stdout.isTTY === true,
  colours: stdout.isTTY === true && stdout.hasColors(),
})
tasker.subscribers.register(progress)

const unfinished = await findUnfinishedTasks(tasker)
if (unfinished.length > 0) say(`${unfinished.length} tasks that an earlier run left unfinished go on where they stood.`)
say(heading('Progress'))
await tasker.start()
const created = await createTasks(tasker)
const tasks = await Promise.all(
  [...unfinished, ...created].map((task) => tasker.tasks.wait(task, { timeoutMs: PATIENCE_MS })),
)
progress.close()

const files = [...(await exportRecords(tasker)), ...(await findOtherFiles())]
say(summarise({ tasks, metrics: tasker.metrics, files }))

const failed = tasks.filter(({ state }) => state !== 'complete')
if (failed.length === 0) {
  say(styleText('green', `\n✔ ${tasks.length} tasks complete`))
} else {
  for (const { id, state } of failed)
    say(styleText('red', `✖ task ${id} is ${state}: npm run -s tasker -- tasks show ${id}`))
  process.exitCode = 1
}

function showGraphs({ graph }: Tasker): void {
  for (const workflow of workflows) {
    const view = graph.template(workflow)
    say(`\n${drawGraphAsText(view, { title: styleText('bold', view.title) })}`)
  }
}

function say(text: string): void {
  stdout.write(`${text}\n`)
}
