import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { ExampleProject, type StartOptions, until } from './example-project.js'
import { assertLogIsWhole, type ExportedTask } from './exported-log.js'

/** How long the tasks of one start take, about. */
const RUN_MS = 900

describe('npm start after kill -9', function () {
  this.timeout(180_000)

  const moments: Readonly<Record<string, (project: ExampleProject) => Required<StartOptions>['killWhen']>> = {
    'while it opens its database for the first time': () => () => setTimeout(500),
    'between the creation of its tasks': () => (output) => until(() => output().includes('created with')),
    'when the gateway has charged and nobody knows yet': (project) => () => chargedMore(project),
    'while it exports': () => (output) => until(() => output().includes('clean_up complete')),
    'at a random moment': () => async (output) => {
      await until(() => output().includes('created with'))
      const delayMs = Math.round(Math.random() * RUN_MS)
      console.log(`        killed ${delayMs} ms after the first task was created`)
      await setTimeout(delayMs)
    },
  }

  for (const [moment, killWhen] of Object.entries(moments)) {
    it(`finishes what was begun, each step once and each order charged once: ${moment}`, async () => {
      await using project = await ExampleProject.create()
      await project.start({ killWhen: killWhen(project) })
      await assertRunsToItsEnd(project)
    })
  }

  it('does so after several kills in a row', async () => {
    await using project = await ExampleProject.create()
    for (const moment of [
      moments['when the gateway has charged and nobody knows yet']!,
      moments['at a random moment']!,
    ]) {
      await project.start({ killWhen: moment(project) })
    }
    await assertRunsToItsEnd(project)
  })
})

async function chargedMore(project: ExampleProject): Promise<void> {
  const before = (await project.charges()).length
  await until(async () => (await project.charges()).length > before)
}

async function assertRunsToItsEnd(project: ExampleProject): Promise<void> {
  const { code, stdout, stderr } = await project.start()
  assert.equal(code, 0, `${stdout}\n${stderr}`)
  await assertLogIsWhole(project)
  const tasks = await project.json<ExportedTask[]>('tasks.json')
  const orders = tasks.flatMap(({ context }) => context.orderId ?? [])
  const charged = (await project.charges()).map(({ orderId }) => orderId)
  assert.deepEqual(charged.sort(), orders.sort())
}
