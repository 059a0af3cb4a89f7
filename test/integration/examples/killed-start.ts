import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { type ExampleProject, type StartOptions, until } from './example-project.js'
import { assertLogIsWhole, type ExportedTask } from './exported-log.js'

/** How long the tasks of one start take, about. */
const RUN_MS = 900

/** When a start is killed. */
export type KillMoment = (project: ExampleProject) => Required<StartOptions>['killWhen']

export const openingItsDatabase: KillMoment = () => () => setTimeout(500)

export const betweenCreations: KillMoment = () => (output) => until(() => output().includes('created with'))

/** The gateway has charged, and nobody knows yet. */
export const afterACharge: KillMoment = (project) => () => chargedMore(project)

export const exporting: KillMoment = () => (output) => until(() => output().includes('clean_up complete'))

export const atRandom: KillMoment = () => async (output) => {
  await until(() => output().includes('created with'))
  const delayMs = Math.round(Math.random() * RUN_MS)
  console.log(`        killed ${delayMs} ms after the first task was created`)
  await setTimeout(delayMs)
}

async function chargedMore(project: ExampleProject): Promise<void> {
  const before = (await project.charges()).length
  await until(async () => (await project.charges()).length > before)
}

/** Starts it once more, which finishes what was begun, each step once and each order charged once. */
export async function assertRunsToItsEnd(project: ExampleProject): Promise<void> {
  const { code, stdout, stderr } = await project.start()
  assert.equal(code, 0, `${stdout}\n${stderr}`)
  await assertLogIsWhole(project)
  const tasks = await project.json<ExportedTask[]>('tasks.json')
  const orders = tasks.flatMap(({ context }) => context.orderId ?? [])
  const charged = (await project.charges()).map(({ orderId }) => orderId)
  assert.deepEqual(charged.sort(), orders.sort())
}
