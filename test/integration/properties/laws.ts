import assert from 'node:assert/strict'
import type { EventEnvelope, EventPayload, StepView, TaskView } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { readLog, until } from '../events/observation.js'

type Logged = EventEnvelope<string>

/** All tasks that there are, the first one first, children and repetitions behind it. */
export async function allTasks(t: TestTasker): Promise<readonly TaskView[]> {
  const { items } = await t.tasks.list({}, { limit: 100 })
  const views = await Promise.all(items.map(({ id }) => t.tasks.get(id)))
  return views.map((view) => view!).toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/** Holds at every moment in which nothing is being committed: nobody waits for what nobody will do, and no attempt is too many. */
export function checkMoment(t: TestTasker, { state, ownerId, dueAt, steps }: TaskView): void {
  if (state === 'pending' || state === 'in_progress') {
    assert(ownerId !== null || dueAt !== null, `nobody owns the ${state} task, and it is not due`)
    assert(ownerId === null || ownerId === t.workerId, 'its owner is gone')
  }
  for (const { name, attempts, ownerLosses, drains, retryLimit } of steps) {
    assert(attempts - ownerLosses - drains <= retryLimit, `${name} had ${attempts} attempts of ${retryLimit}`)
    assert(ownerLosses <= 3, `${name} lost its owner ${ownerLosses} times`)
  }
}

/** Holds of the log of tasks that have ended, whatever happened to them. */
export async function checkLog(t: TestTasker, tasks: readonly TaskView[]): Promise<void> {
  const stories = new Map(
    tasks.map(({ id, steps }) => [id, new Map(steps.map((step) => [step.name, new StepStory(step)]))]),
  )
  for (const event of await readLog(t)) {
    const { stepName } = event.payload as { readonly stepName?: string }
    const steps = stories.get(event.taskId ?? '')
    if (steps !== undefined && stepName !== undefined) steps.get(stepName)!.hear(event, steps)
  }
  assert.deepEqual((await t.verify({ graceMs: 0 })).differences, [], 'the log rebuilds the rows')
  await checkNothingIsLeft(t)
}

/** Word of a child's end may find its task at its own end: the sweeper answers it. Nothing else is left for it to mend. */
async function checkNothingIsLeft(t: TestTasker): Promise<void> {
  await until(async () => (await t.verify({ graceMs: 0 })).stuck.length === 0)
  const mended = t.events.payloads('workflow.task_state_unclear').filter(({ action }) => action !== 'reclaimed')
  assert.deepEqual(mended, [], 'the sweeper had to mend something')
}

/** What happened to one step so far, as its events tell. */
class StepStory {
  readonly #step: StepView
  /** What settled it: what `resolved_manually` says besides, or its state. */
  #settled: string | undefined
  #isRunning = false
  #attempts = 0
  #lost = 0

  constructor(step: StepView) {
    this.#step = step
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
        this.#settle('complete')
        break
      case 'step.cancelled':
        this.#settle('cancelled')
        break
      case 'step.resolved_manually':
        this.#settle((event.payload as EventPayload<'step.resolved_manually'>).how)
        break
    }
  }

  #settle(how: string): void {
    assert.equal(this.#settled, undefined, `${this.#step.name} was settled twice`)
    this.#settled = how
    this.#isRunning = false
  }

  #begin(payload: EventPayload<'step.execution_requested'>, steps: ReadonlyMap<string, StepStory>): void {
    const { name, dependsOn } = this.#step
    const { attempt, retryLimit } = payload
    assert.equal(this.#settled, undefined, `${name} ran after it was settled`)
    assert(!this.#isRunning, `${name} ran twice at once`)
    const parents = dependsOn.map((parent) => [parent, steps.get(parent)!.#settled] as const)
    const wrong = parents.filter(([, settled]) => settled === undefined || settled === 'cancelled')
    assert.deepEqual(wrong, [], `${name} ran before what it depends on, or though that was cancelled`)
    const isChosen = parents.length === 0 || parents.some(([, settled]) => settled !== 'unchosen')
    assert(isChosen, `${name} ran though nothing that it depends on was chosen`)
    this.#attempts += 1
    assert.equal(attempt, this.#attempts, `an attempt of ${name} was not counted`)
    assert(attempt - this.#lost <= retryLimit, `${name} began attempt ${attempt} of ${retryLimit}`)
    this.#isRunning = true
  }
}

/** What a task that has ended must have come to. */
export function checkEnd({ state, error, steps }: TaskView): void {
  const has = (wanted: string) => steps.some((step) => step.state === wanted)
  for (const step of steps) checkKind(step, steps)
  if (state === 'resolved_manually') return
  assert(!has('in_progress'), 'a step of a task that has ended is in progress')
  if (state === 'complete') {
    assert(!has('pending') && !has('error') && !has('cancelled'), 'not every step of a complete task is done')
  } else if (state === 'error') {
    assert(has('error') || has('cancelled'), 'a task failed without a reason')
    assert.notEqual(error?.code, 'TASK_STUCK')
    if (!has('error')) assert.deepEqual([error?.code, has('pending')], ['STEPS_CANCELLED', false])
  } else assert.equal(state, 'cancelled')
}

/** What is true of a step because of what kind it is. */
function checkKind({ name, state, branchOf, results, element }: StepView, steps: readonly StepView[]): void {
  if (branchOf !== null && state === 'complete') {
    const decision = steps.find((step) => step.name === branchOf)!
    assert(
      ((decision.results ?? []) as readonly string[]).includes(name),
      `${name} ran, and ${branchOf} did not choose it`,
    )
  }
  const elements = steps.filter((step) => step.element?.of === name)
  if (state === 'complete' && elements.length > 0) {
    const inOrder = elements.toSorted((one, other) => one.element!.index - other.element!.index)
    assert.deepEqual(
      results,
      inOrder.map((each) => each.results),
      `the results of ${name} are not those of its elements`,
    )
  }
  if (element === null || state !== 'complete') return
  const { of, index } = element
  assert.equal(name, `${of}[${index}]`)
}
