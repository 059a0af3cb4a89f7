import { isTaskerError } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { until } from '../events/observation.js'
import { allTasks } from './laws.js'
import type { Act, HoldCommand, StepCommand } from './plan.js'
import { plannedName, plannedVersion } from './planned-task.js'
import type { Stage } from './stage.js'
import type { Time } from './time.js'

/** What a command may be answered with: a refusal, by the state or by a rule. Anything else is a failure of the engine. */
const refusals = ['ILLEGAL_TRANSITION', 'COMMAND_REFUSED', 'RERUN_REFUSED', 'TASK_NOT_FINISHED']
const actor = { id: 'somebody', kind: 'person' } as const

/** Creates a task of the plan. */
export async function createTask(t: TestTasker, request: object = {}): Promise<void> {
  await t.tasks.create({ name: plannedName, version: plannedVersion, ...request })
}

/** Has one thing of a plan happen. */
export async function carryOut(t: TestTasker, stage: Stage, act: Act, time: Time): Promise<void> {
  switch (act.do) {
    case 'end a call':
      stage.running[act.which % Math.max(1, stage.running.length)]?.end()
      return
    case 'let time pass':
      return time.pass(t, act.ms)
    case 'create another': {
      const { priority, inMs } = act
      return createTask(t, { priority, ...(inMs === 0 ? {} : { runAt: new Date(t.clock.now() + inMs) }) })
    }
    case 'lose the worker':
      await t.crash()
      stage.clear()
      await t.restart()
      // On a server the lease of the lost one has to run out, which is real time.
      return until(async () => (await allTasks(t)).every(({ ownerId }) => ownerId === null || ownerId === t.workerId))
    case 'drain the worker':
      return drain(t, stage, act.ends)
    case 'pause the type':
    case 'resume the type':
    case 'pause the namespace':
    case 'resume the namespace':
      return holds[act.do](t)
  }
  const tasks = await allTasks(t)
  const { id, steps } = tasks[act.task % tasks.length]!
  if (!('step' in act)) return tolerate(t.tasks[act.do](id, { actor }))
  const step = steps[act.step % steps.length]!.name
  if (act.do === 'run again') return tolerate(t.tasks.rerun(id, { from: step, actor }))
  return tolerate(t.steps[commands[act.do]]({ task: id, step }, { actor }))
}

async function drain(t: TestTasker, stage: Stage, ends: boolean): Promise<void> {
  const restarted = t.restart({ drain: true })
  if (ends) for (const call of stage.running) call.end()
  await restarted
  stage.clear()
}

const namespace = 'default'
const type = { namespace, name: plannedName }

const holds: Readonly<Record<HoldCommand, (t: TestTasker) => Promise<void>>> = {
  'pause the type': async (t) => void (await t.tasks.pause(type, { actor })),
  'resume the type': async (t) => void (await t.tasks.resume(type, { actor })),
  'pause the namespace': async (t) => void (await t.namespaces.pause(namespace, { actor })),
  'resume the namespace': async (t) => void (await t.namespaces.resume(namespace, { actor })),
}

/** Lets go on what was paused of a task, or of all. */
export async function resumeAll(t: TestTasker): Promise<void> {
  await holds['resume the type'](t)
  await holds['resume the namespace'](t)
  for (const { id, pausedAt } of await allTasks(t)) if (pausedAt !== null) await t.tasks.resume(id, { actor })
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
