import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isTaskerError, type TaskView } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { until } from '../events/observation.js'
import { allTasks, checkMoment } from './laws.js'
import { plannedName } from './planned-task.js'
import type { Act, Plan, StepCommand } from './random-plan.js'
import type { Stage } from './stage.js'

/** What a command may be answered with: a refusal, by the state or by a rule. Anything else is a failure of the engine. */
const refusals = ['ILLEGAL_TRANSITION', 'COMMAND_REFUSED', 'RERUN_REFUSED', 'TASK_NOT_FINISHED']
const actor = { id: 'somebody', kind: 'person' } as const
/** Rounds until all tasks must have ended: each lets all time pass that any retry may need. */
const lastRounds = 60

/** How time passes: under a clock that is moved, or by waiting. */
export interface Time {
  /** Until all that was set off is done, or as long as that usually takes. */
  settle(t: TestTasker): Promise<void>
  pass(t: TestTasker, ms: number): Promise<void>
}

export const virtualTime: Time = {
  settle: (t) => t.clock.advance(0),
  pass: (t, ms) => t.clock.advance(ms),
}

/** A thousand times as fast as it says, and not faster than what has been set off. */
export const realTime: Time = {
  settle: () => sleep(15),
  pass: (_, ms) => sleep(15 + ms / 1_000),
}

/**
 * Runs a plan: its acts one after the other, each when all that the one before has set off is done; then whatever is left.
 *
 * @returns all tasks that came of it
 */
export async function perform(t: TestTasker, stage: Stage, plan: Plan, time: Time): Promise<readonly TaskView[]> {
  await t.tasks.create({ name: plannedName })
  await time.settle(t)
  for (const act of plan.acts) {
    await carryOut(t, stage, act, time)
    await time.settle(t)
    checkMoment(t, await allTasks(t), plan)
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
    for (const { id, pausedAt } of unfinished) if (pausedAt !== null) await t.tasks.resume(id, { actor })
    for (const call of stage.running) call.end()
    await time.pass(t, 120_000)
  }
  const left = tasks.map(({ name, state, dueAt, parked }) => ({ name, state, dueAt, parked }))
  return assert.fail(`after all that they have not ended: ${JSON.stringify(left)}`)
}

async function carryOut(t: TestTasker, stage: Stage, act: Act, time: Time): Promise<void> {
  switch (act.do) {
    case 'end a call':
      stage.running[act.which % Math.max(1, stage.running.length)]?.end()
      return
    case 'let time pass':
      return time.pass(t, act.ms)
    case 'create another':
      await t.tasks.create({ name: plannedName })
      return
    case 'lose the worker':
      await t.crash()
      stage.clear()
      await t.restart()
      // On a server the lease of the lost one has to run out, which is real time.
      return until(async () => (await allTasks(t)).every(({ ownerId }) => ownerId === null || ownerId === t.workerId))
  }
  const tasks = await allTasks(t)
  const { id, steps } = tasks[act.task % tasks.length]!
  if (!('step' in act)) return tolerate(t.tasks[act.do](id, { actor }))
  const step = steps[act.step % steps.length]!.name
  if (act.do === 'run again') return tolerate(t.tasks.rerun(id, { from: step, actor }))
  return tolerate(t.steps[commands[act.do]]({ task: id, step }, { actor }))
}

const commands: Readonly<Record<StepCommand, 'cancel' | 'resolve' | 'skip' | 'retry'>> = {
  'cancel step': 'cancel',
  'resolve step': 'resolve',
  'skip step': 'skip',
  'retry step': 'retry',
}

async function tolerate(command: Promise<unknown>): Promise<void> {
  await command.catch((error: unknown) => {
    if (!isTaskerError(error) || !refusals.includes(error.code)) throw error
  })
}
