import assert from 'node:assert/strict'
import type { TaskView } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { brokenInLog, brokenInRows } from '../../../core/testing/simulation/promises.js'
import { readLog, until } from '../events/observation.js'
import type { Plan } from './plan.js'

/** All tasks that there are, the first one first, children and repetitions behind it. */
export async function allTasks(t: TestTasker): Promise<readonly TaskView[]> {
  const { items } = await t.tasks.list({}, { limit: 100 })
  const views = await Promise.all(items.map(({ id }) => t.tasks.get(id)))
  return views.map((view) => view!).toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/**
 * Holds at every moment in which nothing is being committed: nobody waits for what nobody will do, no attempt is too many, and no more
 * tasks of one key are in progress than may be.
 */
export function checkMoment(t: TestTasker, tasks: readonly TaskView[], { limits: { ofKey } }: Plan): void {
  for (const task of tasks) checkTask(t, task)
  const begun = tasks.filter(({ state, concurrencyKey }) => state === 'in_progress' && concurrencyKey !== null)
  assert(begun.length <= (ofKey ?? 0), `${begun.length} tasks of one key are in progress`)
}

/** Holds when nothing is under way: nobody waits for what there is. Where a system has a rate, or asks for time, tasks take turns. */
export async function checkQuiet(t: TestTasker, tasks: readonly TaskView[], plan: Plan): Promise<void> {
  checkChildren(tasks)
  const { concurrency, perSecond, ofKey } = plan.limits
  if (perSecond !== undefined || JSON.stringify(plan.steps).includes('asks for time')) return
  if (concurrency !== undefined) await checkSystem(t, concurrency)
  if (ofKey !== undefined) await checkKey(t, tasks, ofKey)
}

async function checkSystem(t: TestTasker, concurrency: number): Promise<void> {
  const [{ inUse, waiting } = { inUse: 0, waiting: 0 }] = await t.limits.list()
  assert(waiting === 0 || inUse >= concurrency, `${waiting} wait for a system that ${inUse} of ${concurrency} call`)
}

async function checkKey(t: TestTasker, tasks: readonly TaskView[], limit: number): Promise<void> {
  const withKey = tasks.filter(({ concurrencyKey }) => concurrencyKey !== null)
  const begun = withKey.filter(({ state }) => state === 'in_progress').length
  if (begun >= limit || !withKey.some(({ parked }) => parked === 'limit')) return
  // Nobody takes them up while their type is paused.
  if ((await t.tasks.pauses()).length === 0) assert.fail(`a task waits for a key that ${begun} of ${limit} have`)
}

/** Whoever waits for children waits for one that has not ended. */
function checkChildren(tasks: readonly TaskView[]): void {
  const open = new Set(tasks.filter(({ state }) => state === 'pending' || state === 'in_progress').map(({ id }) => id))
  for (const { parked, steps } of tasks) {
    const isRight = parked !== 'waiting_for_child' || steps.some(({ childTaskId }) => open.has(childTaskId ?? ''))
    assert(isRight, 'a task waits for children that have ended')
  }
}

function checkTask(t: TestTasker, { state, ownerId, dueAt, steps }: TaskView): void {
  if (state === 'pending' || state === 'in_progress') {
    assert(ownerId !== null || dueAt !== null, `nobody owns the ${state} task, and it is not due`)
    assert(ownerId === null || ownerId === t.workerId, 'its owner is gone')
  }
  for (const { name, attempts, ownerLosses, drains, retryLimit } of steps) {
    assert(attempts - ownerLosses - drains <= retryLimit, `${name} had ${attempts} attempts of ${retryLimit}`)
    assert(ownerLosses <= 3, `${name} lost its owner ${ownerLosses} times`)
  }
}

/** Holds of tasks that have ended, whatever happened to them: the promises that a simulation checks of a user's tasks. */
export async function checkEnds(t: TestTasker, tasks: readonly TaskView[]): Promise<void> {
  for (const task of tasks) assert.deepEqual(brokenInRows(task), [], `task ${task.name}`)
  assert.deepEqual(brokenInLog(tasks, await readLog(t)), [])
  assert.deepEqual((await t.verify({ graceMs: 0 })).differences, [], 'the log rebuilds the rows')
  await checkNothingIsLeft(t)
}

/** Word of a child's end may find its task at its own end: the sweeper answers it. Nothing else is left for it to mend. */
async function checkNothingIsLeft(t: TestTasker): Promise<void> {
  await until(async () => (await t.verify({ graceMs: 0 })).stuck.length === 0)
  const mended = t.events.payloads('workflow.task_state_unclear').filter(({ action }) => action !== 'reclaimed')
  assert.deepEqual(mended, [], 'the sweeper had to mend something')
}
