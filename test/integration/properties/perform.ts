import assert from 'node:assert/strict'
import { isTaskerError, type TaskView } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { checkMoment } from './laws.js'
import type { Act, Plan } from './random-plan.js'
import { nameAt, type Stage } from './stage.js'

/** What a command may be answered with: a refusal, by the state or by a rule. Anything else is a failure of the engine. */
const refusals = ['ILLEGAL_TRANSITION', 'COMMAND_REFUSED']
const actor = { id: 'somebody', kind: 'person' } as const
/** Rounds until a task must have ended: each lets all time pass that any retry or time-out may need. */
const lastRounds = 60

/** Runs a plan: its acts one after the other, each when all that the one before has set off is done; then whatever is left. */
export async function perform(t: TestTasker, stage: Stage, plan: Plan): Promise<TaskView> {
  const { id } = await t.tasks.create({ name: 'drawn' })
  await t.clock.advance(0)
  for (const act of plan.acts) {
    await carryOut(t, stage, plan, id, act)
    await t.clock.advance(0)
    await checkMoment(t, id)
  }
  for (let round = 0; round < lastRounds; round++) {
    const task = await checkMoment(t, id)
    if (task.state !== 'pending' && task.state !== 'in_progress' && stage.running.length === 0) return task
    for (const call of stage.running) call.end()
    await t.clock.advance('2m')
  }
  const { state, dueAt, parked } = (await t.tasks.get(id))!
  return assert.fail(`after all that it is still ${state}, due ${dueAt}, parked ${parked}`)
}

async function carryOut(t: TestTasker, stage: Stage, { steps }: Plan, id: string, act: Act): Promise<void> {
  switch (act.do) {
    case 'end a call':
      stage.running[act.which % Math.max(1, stage.running.length)]?.end()
      return
    case 'let time pass':
      return t.clock.advance(act.ms)
    case 'lose the worker':
      await t.crash()
      stage.clear()
      return t.restart()
    case 'cancel the task':
      return tolerate(t.tasks.cancel(id, { actor }))
    case 'retry the task':
      return tolerate(t.tasks.retry(id, { actor }))
    case 'resolve the task':
      return tolerate(t.tasks.resolve(id, { actor }))
    default: {
      const step = { task: id, step: nameAt(act.which % steps.length) }
      return tolerate(t.steps[act.do](step, { actor }))
    }
  }
}

async function tolerate(command: Promise<unknown>): Promise<void> {
  await command.catch((error: unknown) => {
    if (!isTaskerError(error) || !refusals.includes(error.code)) throw error
  })
}
