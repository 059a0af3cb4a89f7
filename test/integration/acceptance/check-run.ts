import assert from 'node:assert/strict'
import type { LifecycleEventName, TaskerEvent } from 'tasker'
import type { TestRun } from 'tasker/testing'
import type { Scene } from './both-clocks.js'

/** What should become of the steps that did not just complete at their first attempt: state and attempts. */
export type ExpectedSteps = Readonly<Record<string, readonly [state: string, attempts: number]>>

/**
 * How late an attempt may be, in milliseconds: wake-ups come in steps of 10 ms, and the calls of a system that has asked for a pause are
 * paced after it. Real time has no such bound.
 */
const lateMs = 500

/**
 * Checks the outcome of a run: the state of its task, and state and attempts of each step, complete at the first attempt where nothing
 * else is said; then what must be true of any run.
 */
export function checkRun(scene: Scene, run: TestRun, state: string, steps: ExpectedSteps = {}): void {
  const actual = run.task.steps.map(({ name, state, attempts }) => [name, state, attempts])
  const expected = run.task.steps.map(({ name }) => [name, ...(steps[name] ?? ['complete', 1])])
  assert.deepEqual(actual, expected)
  const stranger = Object.keys(steps).find((name) => !run.task.steps.some((step) => step.name === name))
  assert.equal(stranger, undefined, 'the expectation names a step that the task does not have')
  assert.equal(run.state, state)
  checkOrder(run)
  checkCounts(run)
  checkRetries(scene, run)
}

/** No step begins before all that it depends on is settled, and none after it has ended for good. */
function checkOrder(run: TestRun): void {
  const settledAt = new Map<string, number>()
  const dependsOn = new Map(run.task.steps.map((step) => [step.name, step.dependsOn]))
  for (const [index, event] of run.events.all().entries()) {
    const { stepName } = event.payload as { readonly stepName?: string }
    if (stepName === undefined) continue
    if (['step.completed', 'step.resolved_manually', 'step.cancelled'].includes(event.name)) {
      assert(!settledAt.has(stepName), `${stepName} was settled twice`)
      settledAt.set(stepName, index)
    }
    if (event.name !== 'step.execution_requested' && event.name !== 'step.before_handle') continue
    assert(!settledAt.has(stepName), `${stepName} ran after it was settled`)
    const early = dependsOn.get(stepName)!.filter((parent) => !settledAt.has(parent))
    assert.deepEqual(early, [], `${stepName} began before what it depends on was settled`)
  }
}

/** As many events as the rows say that there must have been. */
function checkCounts({ events, task }: TestRun): void {
  const count = (name: LifecycleEventName) => events.of(name as 'step.completed').length
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  const completed = task.steps.filter((step) => step.state === 'complete').length
  const atRest = task.steps.filter((step) => step.state === 'error').length
  const skipped = task.steps.filter((step) => step.resolvedHow === 'skipped' && step.attempts > 0).length
  const attempts = sum(task.steps.map((step) => step.attempts))
  assert.deepEqual(
    {
      created: count('step.initialize_requested'),
      begun: count('step.execution_requested'),
      called: count('step.before_handle'),
      completed: count('step.completed'),
      failed: count('step.failed'),
      retried: count('step.retry_requested'),
      measured: count('observability.step.handle'),
    },
    {
      created: task.steps.length,
      begun: attempts,
      called: attempts,
      completed,
      failed: attempts - completed,
      retried: attempts - completed - atRest - skipped,
      measured: attempts,
    },
  )
  const ends = (['task.completed', 'task.failed', 'task.cancelled', 'task.resolved_manually'] as const).map(count)
  assert.equal(sum(ends), 1, 'a task ends once')
}

/** Each retry is due when the formula says, and begins then, not before. */
function checkRetries({ isVirtual, backoff }: Scene, { events }: TestRun): void {
  for (const retry of events.of('step.retry_requested')) {
    const { stepName, attempt, dueAt } = retry.payload
    const strategy = events
      .of('observability.step.backoff')
      .find(({ payload }) => payload.stepName === stepName && payload.attempt === attempt)!.payload.strategy
    const delayMs = Date.parse(dueAt) - Date.parse(retry.occurredAt)
    if (strategy !== 'server_requested') {
      const listed = listedDelayMs(backoff, attempt)
      const most = Math.min(Math.round(listed * (1 + backoff.jitter)), backoff.maxMs)
      const least = Math.round(listed * (1 - backoff.jitter))
      assert(delayMs >= least && delayMs <= most, `${stepName} waits ${delayMs} ms after failure ${attempt}`)
    }
    const next = events.of('step.execution_requested').find((event) => isAttempt(event, stepName, attempt + 1))
    assert(next !== undefined, `attempt ${attempt + 1} of ${stepName} did not begin`)
    const late = Date.parse(next.occurredAt) - Date.parse(dueAt)
    assert(late >= 0 && (!isVirtual || late < lateMs), `attempt ${attempt + 1} of ${stepName} is ${late} ms late`)
  }
}

/** By list, then the last one doubled each time, capped: written anew here, so that the engine is not measured by itself. */
export function listedDelayMs({ delaysMs, maxMs }: Scene['backoff'], failure: number): number {
  const beyond = failure - delaysMs.length
  return Math.min(beyond <= 0 ? delaysMs[failure - 1]! : delaysMs.at(-1)! * 2 ** beyond, maxMs)
}

function isAttempt({ payload }: TaskerEvent<'step.execution_requested'>, stepName: string, attempt: number): boolean {
  return payload.stepName === stepName && payload.attempt === attempt
}

/** The names of the steps in the order in which their attempts began. */
export function beginnings(run: TestRun): string[] {
  return run.events.of('step.execution_requested').map(({ payload }) => payload.stepName)
}

/** The steps that were admitted together, batch by batch. */
export function batches(run: TestRun): (readonly string[])[] {
  return run.events.of('workflow.viable_steps_batch_ready').map(({ payload }) => payload.stepNames)
}
