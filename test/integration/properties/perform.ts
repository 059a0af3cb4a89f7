import assert from 'node:assert/strict'
import type { TaskView } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { carryOut, createTask, resumeAll } from './acts.js'
import { allTasks, checkMoment, checkQuiet } from './laws.js'
import type { Plan } from './plan.js'
import type { Stage } from './stage.js'
import type { Time } from './time.js'

/** Rounds until all tasks must have ended: each lets all time pass that any retry may need. */
const lastRounds = 60

/**
 * Runs a plan: its acts one after the other, each when all that the one before has set off is done; then whatever is left.
 *
 * @returns all tasks that came of it
 */
export async function perform(t: TestTasker, stage: Stage, plan: Plan, time: Time): Promise<readonly TaskView[]> {
  await createTask(t)
  await time.settle(t)
  for (const act of plan.acts) {
    await carryOut(t, stage, act, time)
    await time.settle(t)
    const tasks = await allTasks(t)
    checkMoment(t, tasks, plan)
    if (time.isQuiet) await checkQuiet(t, tasks, plan)
  }
  return finish(t, stage, plan, time)
}

async function finish(t: TestTasker, stage: Stage, plan: Plan, time: Time): Promise<readonly TaskView[]> {
  let tasks: readonly TaskView[] = []
  for (let round = 0; round < lastRounds; round++) {
    tasks = await allTasks(t)
    checkMoment(t, tasks, plan)
    const unfinished = tasks.filter(({ state }) => state === 'pending' || state === 'in_progress')
    if (unfinished.length === 0 && stage.running.length === 0) return tasks
    await resumeAll(t)
    for (const call of stage.running) call.end()
    await time.pass(t, 120_000)
  }
  const left = tasks.map(({ name, state, dueAt, parked }) => ({ name, state, dueAt, parked }))
  return assert.fail(`after all that they have not ended: ${JSON.stringify(left)}`)
}
