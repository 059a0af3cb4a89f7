import assert from 'node:assert/strict'
import { type DefinedTask, defineTask, PermanentError, RetryableError, type TaskerError } from 'tasker'
import { Type } from 'typebox'
import { diamond } from '../../fixtures/acceptance/diamond.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { onBothClocks } from './both-clocks.js'
import { batches } from './check-run.js'

const minuteMs = 60_000

describe('a task that waits for a retry', () => {
  const slowDown = (retryAfterMs: number) => new RetryableError('later', { retryAfterMs })

  it('runs again when the step is due: after the 120 s that were asked for, not earlier and not later', async () => {
    const task = defineTask({ name: 'asked' }).step('call', async ({ attempt }) => {
      if (attempt === 1) throw slowDown(2 * minuteMs)
      return t.clock.now()
    })
    await using t = await openTestTasker({ handlers: [task] })
    const startedAt = t.clock.now()
    const run = await t.run(task)
    assert.equal(run.steps.call.results, startedAt + 2 * minuteMs)
    const delayed = run.events
      .of('workflow.task_reenqueue_delayed')
      .map(({ payload }) => [payload.delayMs, payload.reason])
    assert.deepEqual(delayed, [[2 * minuteMs, 'retry_backoff']])
  })

  it('runs each of two steps at its own time: the one after 60 s does not wait for the one after 180 s', async () => {
    const limitedFor =
      (ms: number) =>
      async ({ attempt }: { readonly attempt: number }) => {
        if (attempt === 1) throw slowDown(ms)
        return t.clock.now()
      }
    const task = defineTask({ name: 'both' })
      .step('soon', limitedFor(minuteMs))
      .step('late', limitedFor(3 * minuteMs))
      .step('after_soon', { dependsOn: ['soon'] }, async () => t.clock.now())
    await using t = await openTestTasker({ handlers: [task] })
    const startedAt = t.clock.now()
    const run = await t.run(task)
    const after = Object.values(run.steps).map(({ results }) => results - startedAt)
    assert.deepEqual(after, [minuteMs, 3 * minuteMs, minuteMs])
    const delayed = run.events.of('workflow.task_reenqueue_delayed').map(({ payload }) => payload.delayMs)
    assert.deepEqual(delayed, [minuteMs, 2 * minuteMs])
  })

  it('never waits where no step of it could ever run: it ends', async () => {
    const task = defineTask({ name: 'hopeless' })
      .step('fails', { retryable: false }, async () => {
        throw new Error('no')
      })
      .step('behind', { dependsOn: ['fails'] }, async () => null)
    await using t = await openTestTasker({ handlers: [task] })
    const startedAt = t.clock.now()
    const run = await t.run(task)
    assert.deepEqual([run.state, t.clock.now()], ['error', startedAt])
    assert.deepEqual(run.events.of('workflow.task_reenqueue_delayed'), [])
  })
})

/** Six steps of which the first ends when all others have ended. */
class Six {
  readonly task: DefinedTask
  most = 0
  #running = 0
  #ended = 0
  readonly #othersEnded = Promise.withResolvers<void>()

  constructor(name: string) {
    const step = this.#step
    this.task = defineTask({ name, concurrency: 3 })
      .step('a', () => step(this.#othersEnded.promise))
      .step('b', () => step())
      .step('c', () => step())
      .step('d', () => step())
      .step('e', () => step())
      .step('f', () => step())
  }

  readonly #step = async (until?: Promise<void>) => {
    this.#running += 1
    this.most = Math.max(this.most, this.#running)
    await (until ?? new Promise((resolve) => setImmediate(resolve)))
    this.#running -= 1
    this.#ended += 1
    if (this.#ended === 5) this.#othersEnded.resolve()
  }
}

const sixes = { virtual: new Six('six_virtual'), system: new Six('six_system') }

onBothClocks('six ready steps with a limit of three', [sixes.virtual.task, sixes.system.task], (scene) => {
  it('run all, three at once, and none waits for the slowest of those that began with it', async () => {
    const six = scene.isVirtual ? sixes.virtual : sixes.system
    const run = await scene.tasker.run(six.task)
    assert.equal(run.state, 'complete')
    assert.equal(six.most, 3)
    const admitted = batches(run)
    assert.deepEqual(admitted[0], ['a', 'b', 'c'])
    assert.deepEqual(admitted.flat(), ['a', 'b', 'c', 'd', 'e', 'f'])
  })
})

describe('what must not happen twice', () => {
  it('a step that is complete: it is not run again, whatever a person asks for', async () => {
    await using t = await openTestTasker({ handlers: [diamond] })
    const run = await t.run(diamond, { failing: { end_workflow: ['fails for good'] } })
    const step = { task: run.id, step: 'start_workflow' }
    const isRefused = ({ code, message }: TaskerError) =>
      code === 'ILLEGAL_TRANSITION' && /complete is final/.test(message)
    await assert.rejects(t.steps.retry(step), isRefused)
    await assert.rejects(t.steps.resolve(step), isRefused)
    await assert.rejects(t.steps.cancel(step), isRefused)
    await t.tasks.retry(run.id)
    await t.tasks.wait(run.id)
    const begun = t.events.of('step.execution_requested').map(({ payload }) => payload.stepName)
    assert.deepEqual(
      begun.toSorted(),
      [...diamond.definition.steps.map(({ name }) => name), 'end_workflow'].toSorted(),
      'only what had failed ran twice',
    )
  })

  it('the end of a task: what is final stays as it is, and says so', async () => {
    await using t = await openTestTasker({ handlers: [diamond] })
    const run = await t.run(diamond, { failing: {} })
    for (const command of [t.tasks.cancel, t.tasks.retry, t.tasks.resolve]) {
      await assert.rejects(command.call(t.tasks, run.id), { code: 'ILLEGAL_TRANSITION' })
    }
    assert.equal((await t.tasks.get(run.id))?.state, 'complete')
  })
})

describe('a request whose context does not fit', () => {
  it('leaves no row and no event, and says which part is wrong', async () => {
    const task = defineTask({ name: 'strict', context: Type.Object({ order: Type.Object({ id: Type.Integer() }) }) })
    const checked = task.step('only', async () => null)
    await using t = await openTestTasker({ handlers: [checked] })
    t.events.clear()
    await assert.rejects(t.tasks.create({ name: 'strict', context: { order: { id: 'x' } } }), (error: TaskerError) => {
      const { problems } = error.details as { readonly problems: readonly { readonly path: string }[] }
      return error.code === 'CONTEXT_INVALID' && problems[0]?.path === 'context.order.id'
    })
    assert.deepEqual(Object.values(await t.tasks.count()), [0, 0, 0, 0, 0, 0])
    assert.deepEqual(t.events.names(), [])
  })
})

describe('a parent that does not complete', () => {
  const withParent = defineTask({ name: 'family' })
    .step('parent', { skippable: true }, async () => {
      throw new PermanentError('no')
    })
    .step('child', { dependsOn: ['parent'] }, async ({ results }) => ({ got: results.parent ?? 'nothing' }))

  it('lets its child run when a person resolves it, with the results that the person gives', async () => {
    await using t = await openTestTasker({ handlers: [withParent] })
    const { id } = await t.run(withParent)
    await t.steps.resolve({ task: id, step: 'parent' }, { results: 'by hand', reason: 'checked' })
    const { state, steps } = await t.tasks.wait(id)
    assert.deepEqual([state, steps[1]?.results], ['complete', { got: 'by hand' }])
  })

  it('takes its child with it when it is cancelled, and the task ends; it skips itself alone with propagate: false', async () => {
    const gate = Promise.withResolvers<void>()
    const held = defineTask({ name: 'held' })
      .step('first', async () => gate.promise)
      .step('parent', { dependsOn: ['first'], skippable: true }, async () => 1)
      .step('child', { dependsOn: ['parent'] }, async ({ results }) => results.parent ?? 'without')
    await using t = await openTestTasker({ handlers: [held] })
    const created = [await t.tasks.create(held), await t.tasks.create(held)] as const
    await t.steps.cancel({ task: created[0], step: 'parent' })
    await t.steps.cancel({ task: created[1], step: 'parent' }, { propagate: false })
    gate.resolve()
    const [cancelled, skipped] = await Promise.all(created.map((task) => t.tasks.wait(task)))
    assert.deepEqual(
      [cancelled?.state, cancelled?.error?.code, ...cancelled!.steps.map(({ state }) => state)],
      ['error', 'STEPS_CANCELLED', 'complete', 'cancelled', 'cancelled'],
    )
    assert.deepEqual([skipped?.state, skipped?.steps[2]?.results], ['complete', 'without'])
  })
})
