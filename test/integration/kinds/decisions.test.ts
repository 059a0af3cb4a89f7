import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

/** start → route → refund → thank, archive → file; both → report. */
function routed(choose: () => readonly ('refund' | 'archive')[]) {
  return defineTask({ name: 'routed' })
    .step('start', async () => 1)
    .decide('route', { dependsOn: ['start'], branches: ['refund', 'archive'], skippable: true }, async () => choose())
    .step('refund', { dependsOn: ['start'] }, async () => 'refunded')
    .step('archive', { dependsOn: ['start'] }, async () => 'archived')
    .step('thank', { dependsOn: ['refund'] }, async () => 'thanked')
    .step('file', { dependsOn: ['archive'] }, async () => 'filed')
    .step('report', { dependsOn: ['thank', 'file'] }, async ({ results }) => results)
}

describe('A decision', () => {
  it('runs the branch that it names; the other one and what depends on nothing else is unchosen; a join behind them runs', async () => {
    const task = routed(() => ['archive'])
    await using t = await openTestTasker({ handlers: [task] })
    const { state, steps, id } = await t.run(task)
    assert.equal(state, 'complete')
    assert.deepEqual(steps.route.results, ['archive'])
    assert.deepEqual([steps.refund.resolvedHow, steps.thank.resolvedHow], ['unchosen', 'unchosen'])
    assert.deepEqual([steps.archive.state, steps.file.state], ['complete', 'complete'])
    assert.deepEqual(steps.report.results, { file: 'filed' })
    assert.deepEqual(steps.refund.dependsOn, ['start', 'route'], 'a branch depends on its decision without saying so')
    const stored = await t.tasks.get(id)
    assert.equal(stored?.steps.find(({ name }) => name === 'refund')?.branchOf, 'route')
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('leaves no results of what it did not choose, also to a worker that takes over', async () => {
    const task = routed(() => ['archive'])
    await using t = await openTestTasker({ handlers: [task] })
    let isChosen = false
    t.faults.onStatement(({ name }) => {
      isChosen ||= t.events.payloads('step.completed').some(({ stepName }) => stepName === 'file')
      const dies = isChosen && name.startsWith('commit/')
      if (dies) t.faults.onStatement(undefined)
      return dies ? 'crash before' : undefined
    })
    const { state, steps } = await t.run(task)
    assert.equal(state, 'complete')
    assert.ok(isChosen)
    assert.deepEqual(steps.report.results, { file: 'filed' })
  })

  it('may name several branches, or none', async () => {
    const both = routed(() => ['archive', 'refund'])
    await using t = await openTestTasker({ handlers: [both] })
    const all = await t.run(both)
    assert.deepEqual(all.steps.report.results, { thank: 'thanked', file: 'filed' })
    const none = routed(() => [])
    t.handlers.replace(none)
    const { state, steps } = await t.run(none)
    assert.equal(state, 'complete')
    assert.deepEqual(
      [steps.thank, steps.file, steps.report].map(({ resolvedHow }) => resolvedHow),
      ['unchosen', 'unchosen', 'unchosen'],
    )
  })

  it('that names what is no branch fails for good, and says which there are', async () => {
    const task = routed(() => ['elsewhere' as 'refund'])
    await using t = await openTestTasker({ handlers: [task] })
    const { state, steps } = await t.run(task)
    assert.equal(state, 'error')
    assert.equal(steps.route.attempts, 1)
    assert.match(steps.route.error!.message, /results\[0\].*refund.*archive/s)
  })

  it('that a person makes in its place has the same effect; skipped, it chooses nothing', async () => {
    const task = routed(() => {
      throw new Error('cannot decide')
    })
    await using t = await openTestTasker({ handlers: [task], backoff: { delaysMs: [1] } })
    const failed = await t.run(task)
    assert.equal(failed.state, 'error')
    await assert.rejects(
      t.steps.resolve({ task: failed.id, step: 'route' }, { results: ['nowhere'] }),
      /RESULTS_INVALID|do not fit/,
    )
    await t.steps.resolve({ task: failed.id, step: 'route' }, { results: ['refund'], reason: 'it is clear' })
    const { state, steps } = await t.tasks.wait(failed.id)
    assert.equal(state, 'complete')
    const how = Object.fromEntries(steps.map(({ name, state: is, resolvedHow }) => [name, resolvedHow ?? is]))
    assert.equal(how.thank, 'complete')
    assert.equal(how.file, 'unchosen')
    const skipped = await t.run(task, undefined, { bypassSteps: ['route'] })
    assert.equal(skipped.state, 'complete')
    assert.equal(skipped.steps.report.resolvedHow, 'unchosen')
  })

  it('behind a decision that is unchosen is unchosen with its branches', async () => {
    const task = defineTask({ name: 'nested' })
      .decide('outer', { branches: ['inner', 'other'] }, async () => ['other' as const])
      .decide('inner', { branches: ['left', 'right'] }, async () => ['left' as const])
      .step('left', async () => 1)
      .step('right', async () => 2)
      .step('other', async () => 3)
      .step('join', { dependsOn: ['left', 'right', 'other'] }, async ({ results }) => results)
    await using t = await openTestTasker({ handlers: [task] })
    const { state, steps } = await t.run(task)
    assert.equal(state, 'complete')
    assert.deepEqual(
      [steps.inner, steps.left, steps.right].map(({ resolvedHow }) => resolvedHow),
      Array(3).fill('unchosen'),
    )
    assert.deepEqual(steps.join.results, { other: 3 })
  })

  it('behind a decision that is unchosen takes its branches along, also those that depend on something that is done', async () => {
    const task = defineTask({ name: 'nested_join' })
      .step('start', async () => 0)
      .decide('outer', { branches: ['inner', 'other'] }, async () => ['other' as const])
      .decide('inner', { branches: ['left'] }, async () => ['left' as const])
      .step('left', { dependsOn: ['start'] }, async () => 1)
      .step('other', async () => 3)
      .step('join', { dependsOn: ['left', 'other'] }, async ({ results }) => results)
    await using t = await openTestTasker({ handlers: [task] })
    const { state, steps } = await t.run(task)
    assert.equal(state, 'complete')
    assert.deepEqual([steps.inner.resolvedHow, steps.left.resolvedHow], ['unchosen', 'unchosen'])
    assert.deepEqual(steps.join.results, { other: 3 })
    assert.deepEqual((await t.verify()).differences, [])
  })
})
