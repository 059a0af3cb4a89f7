import assert from 'node:assert/strict'
import type { EventEnvelope, EventPayload, TaskView } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { readLog } from '../events/observation.js'

type Logged = EventEnvelope<string>

/** Holds at every moment in which nothing is being committed: nobody waits for what nobody will do, and no attempt is too many. */
export async function checkMoment(t: TestTasker, taskId: string): Promise<TaskView> {
  const task = (await t.tasks.get(taskId))!
  if (task.state === 'pending' || task.state === 'in_progress') {
    assert(task.ownerId !== null || task.dueAt !== null, `nobody owns the ${task.state} task, and it is not due`)
    assert(task.ownerId === null || task.ownerId === t.workerId, 'its owner is gone')
  }
  for (const { name, attempts, ownerLosses, drains, retryLimit } of task.steps) {
    assert(attempts - ownerLosses - drains <= retryLimit, `${name} had ${attempts} attempts of ${retryLimit}`)
    assert(ownerLosses <= 3, `${name} lost its owner ${ownerLosses} times`)
  }
  return task
}

/** Holds of the log of a task that has ended, whatever happened to it. */
export async function checkLog(t: TestTasker, task: TaskView): Promise<void> {
  const steps = new Map(task.steps.map((step) => [step.name, new StepStory(step)]))
  for (const event of await readLog(t)) {
    const { stepName } = event.payload as { readonly stepName?: string }
    if (event.taskId === task.id && stepName !== undefined) steps.get(stepName)!.hear(event, steps)
  }
  const { differences, stuck } = await t.verify({ graceMs: 0 })
  assert.deepEqual([differences, stuck], [[], []], 'the log rebuilds the rows')
}

/** What happened to one step so far, as its events tell. */
class StepStory {
  readonly #name: string
  readonly #dependsOn: readonly string[]
  #settled: string | undefined
  #isRunning = false
  #attempts = 0
  #lost = 0

  constructor({ name, dependsOn }: { readonly name: string; readonly dependsOn: readonly string[] }) {
    this.#name = name
    this.#dependsOn = dependsOn
  }

  hear(event: Logged, steps: ReadonlyMap<string, StepStory>): void {
    switch (event.name) {
      case 'step.execution_requested':
        this.#begin(event.payload as EventPayload<'step.execution_requested'>, steps)
        break
      case 'step.failed': {
        const { code } = (event.payload as EventPayload<'step.failed'>).error
        if (code === 'OWNER_LOST' || code === 'DRAINED') this.#lost += 1
        this.#isRunning = false
        break
      }
      case 'step.completed':
      case 'step.cancelled':
      case 'step.resolved_manually':
        assert.equal(this.#settled, undefined, `${this.#name} was settled twice`)
        this.#settled = event.name
        this.#isRunning = false
        break
    }
  }

  #begin(payload: EventPayload<'step.execution_requested'>, steps: ReadonlyMap<string, StepStory>): void {
    const { attempt, retryLimit } = payload
    assert.equal(this.#settled, undefined, `${this.#name} ran after it was settled`)
    assert(!this.#isRunning, `${this.#name} ran twice at once`)
    const early = this.#dependsOn.filter((parent) => steps.get(parent)!.#settled === undefined)
    assert.deepEqual(early, [], `${this.#name} ran before what it depends on`)
    const cancelled = this.#dependsOn.filter((parent) => steps.get(parent)!.#settled === 'step.cancelled')
    assert.deepEqual(cancelled, [], `${this.#name} ran though what it depends on was cancelled`)
    this.#attempts += 1
    assert.equal(attempt, this.#attempts, `an attempt of ${this.#name} was not counted`)
    assert(attempt - this.#lost <= retryLimit, `${this.#name} began attempt ${attempt} of ${retryLimit}`)
    this.#isRunning = true
  }
}

/** What a task that has ended by itself must have come to. */
export function checkEnd({ state, error, steps }: TaskView): void {
  const has = (wanted: string) => steps.some((step) => step.state === wanted)
  assert(!has('in_progress'), 'a step of a task that has ended is in progress')
  if (state === 'complete') {
    assert(!has('pending') && !has('error') && !has('cancelled'), 'not every step of a complete task is done')
  } else if (state === 'error') {
    assert(has('error') || has('cancelled'), 'a task failed without a reason')
    assert.notEqual(error?.code, 'TASK_STUCK')
    if (!has('error')) assert.deepEqual([error?.code, has('pending')], ['STEPS_CANCELLED', false])
  } else assert(state === 'cancelled' || state === 'resolved_manually', `the task is ${state}`)
}
