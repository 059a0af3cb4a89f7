import assert from 'node:assert/strict'
import { defineTask, PermanentError } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const actor = { id: 'ada', kind: 'person' } as const
const by = { reason: 'the gateway is back', actor }

let isBroken = true
const charge = defineTask({ namespace: 'payments', name: 'charge' })
  .step('load', { skippable: true }, async () => 1)
  .step('call', { dependsOn: ['load'], dependentSystem: 'gateway' }, async () => {
    if (isBroken) throw new PermanentError('away')
  })
const mail = defineTask({ namespace: 'letters', name: 'mail' }).step('send', { dependentSystem: 'post' }, async () => {
  if (isBroken) throw new PermanentError('away')
})

const assertSound = async (t: TestTasker) => {
  const { differences, stuck } = await t.verify()
  assert.deepEqual([differences, stuck], [[], []])
}
const opened = async () => {
  isBroken = true
  return openTestTasker({ handlers: [charge, mail] })
}
const failed = async (t: TestTasker, count: number) => {
  const tasks = await t.tasks.createMany(
    charge,
    Array.from({ length: count }, () => ({ tags: ['batch'] })),
  )
  for (const task of tasks) await t.tasks.wait(task)
  return tasks
}

describe('commands for many tasks', () => {
  it('say first what they would do, and change nothing by that', async () => {
    await using t = await opened()
    const tasks = await failed(t, 3)
    await t.run(mail)
    const plan = await t.tasks.retryMany({ namespace: 'payments' }, { dryRun: true })
    assert.deepEqual([plan.kind, plan.isDryRun, plan.isWhole], ['task.retry', true, true])
    assert.deepEqual([plan.matched, plan.done, plan.refused], [3, 0, 0])
    assert.deepEqual(new Set(plan.items.map(({ taskId }) => taskId)), new Set(tasks.map(({ id }) => id)))
    for (const { state, outcome } of plan.items) assert.deepEqual([state, outcome], ['error', 'planned'])
    assert.equal((await t.tasks.count()).error, 4)
  })

  it('do it in pages, to what there was, and report each', async () => {
    await using t = await opened()
    await failed(t, 230)
    const left = await t.run(mail)
    isBroken = false
    const seen: number[] = []
    const onProgress = ({ done }: { readonly done: number }) => void seen.push(done)
    const report = await t.tasks.retryMany({ namespace: 'payments' }, { ...by, onProgress })
    assert.deepEqual([report.matched, report.done, report.refused, report.isWhole], [230, 230, 0, true])
    assert(report.items.every(({ outcome, state }) => outcome === 'done' && state === 'error'))
    assert.deepEqual([seen.length, seen.at(-1)], [230, 230])
    for (const { taskId } of report.items) assert.equal((await t.tasks.wait(taskId)).state, 'complete')
    assert.equal((await t.tasks.get(left.id))!.state, 'error')
    await assertSound(t)
  })

  it('report what was refused and why, and go on', async () => {
    await using t = await opened()
    const [first, second] = await failed(t, 2)
    await t.tasks.resolve(second!, by)
    const report = await t.tasks.cancelMany({ namespace: 'payments', state: ['error', 'resolved_manually'] }, by)
    assert.deepEqual([report.matched, report.done, report.refused], [2, 1, 1])
    const refused = report.items.find(({ outcome }) => outcome === 'refused')!
    assert.deepEqual([refused.taskId, refused.error!.code], [second!.id, 'ILLEGAL_TRANSITION'])
    assert.equal((await t.tasks.get(first!.id))!.state, 'cancelled')
    await assertSound(t)
  })

  it('pause and resume, edit and note', async () => {
    await using t = await opened()
    const runAt = new Date(t.clock.now() + 3_600_000)
    const tasks = await t.tasks.createMany(charge, [{ runAt, tags: ['a', 'b'] }, { runAt, tags: ['a'] }, { runAt }])
    const count = async (report: Promise<{ matched: number; done: number }>) => {
      const { matched, done } = await report
      assert.equal(matched, done)
      return done
    }
    assert.equal(await count(t.tasks.updateMany({ tags: ['a'] }, { priority: 9 }, by)), 2)
    assert.equal(await count(t.tasks.annotateMany({ tags: ['a', 'b'] }, { type: 'ticket', value: 1 }, by)), 1)
    assert.equal(await count(t.tasks.pauseMany({ tags: ['a'] }, by)), 2)
    const paused = (await t.tasks.list({ isPaused: true, parked: 'paused' })).items
    assert.deepEqual(new Set(paused.map(({ id }) => id)), new Set(tasks.slice(0, 2).map(({ id }) => id)))
    assert.equal(await count(t.tasks.resumeMany({ namespace: 'payments' }, by)), 2)
    assert.deepEqual((await t.tasks.list({ isPaused: true })).items, [])
    assert.deepEqual((await t.tasks.list({ isPaused: false })).items.length, 3)
    assert.equal((await t.tasks.annotations(tasks[0]!)).items[0]!.value, 1)
    assert.deepEqual(await t.tasks.get(tasks[2]!.id).then((task) => task!.priority), 0)
    await assertSound(t)
  })

  it('are refused where they do not say which ones, or say it wrong', async () => {
    await using t = await opened()
    const [task] = await failed(t, 1)
    for (const ask of [
      () => t.tasks.cancelMany({}, by),
      () => t.tasks.cancelMany({ namespace: undefined as never }, { dryRun: true }),
      () => t.steps.retryMany({}),
    ])
      await assert.rejects(ask, { code: 'BULK_FILTER_EMPTY', message: /all: true/ })
    for (const [ask, message] of [
      [() => t.tasks.cancelMany({ namspace: 'x' } as never, by), /namspace is not known; did you mean "namespace"/],
      [() => t.tasks.cancelMany({ state: 'failed' } as never, by), /state must be one of pending, /],
      [() => t.tasks.cancelMany(undefined as never, by), /must be an object/],
      [() => t.tasks.updateMany({ tags: ['batch'] }, {}, by), /says nothing/],
      [() => t.steps.skipMany({ stepNam: 'x' } as never, by), /did you mean "stepName"/],
    ] as const)
      await assert.rejects(ask, { code: 'INVALID_COMMAND', message })
    assert.equal((await t.tasks.get(task!.id))!.state, 'error')
    assert.equal((await t.tasks.cancelMany({}, { ...by, all: true })).done, 1)
  })

  it('end where their signal says so, and report what they did', async () => {
    await using t = await opened()
    await failed(t, 30)
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    const report = await t.tasks.cancelMany({ tags: ['batch'] }, { ...by, signal: controller.signal, onProgress })
    assert.equal(report.isWhole, false)
    assert(report.done >= 1 && report.done < 30, String(report.done))
    assert.equal(report.items.filter(({ outcome }) => outcome === 'planned').length, 30 - report.done)
    await assertSound(t)
  })
})

describe('commands for many steps', () => {
  it('retry all failed steps of a system', async () => {
    await using t = await opened()
    const tasks = await failed(t, 3)
    const other = await t.run(mail)
    isBroken = false
    const report = await t.steps.retryMany({ dependentSystem: 'gateway' }, by)
    assert.deepEqual([report.kind, report.matched, report.done], ['step.retry', 3, 3])
    assert.deepEqual(new Set(report.items.map(({ step, state }) => `${step} ${state}`)), new Set(['call error']))
    for (const task of tasks) assert.equal((await t.tasks.wait(task)).state, 'complete')
    assert.equal((await t.tasks.get(other.id))!.state, 'error')
    await assertSound(t)
  })

  it('resolve, skip and cancel those of a name', async () => {
    await using t = await opened()
    await t.namespaces.pause('payments', by)
    const [one, two, three] = await t.tasks.createMany(charge, [{}, {}, {}])
    const skipped = await t.steps.skipMany({ taskId: one!.id }, by)
    assert.deepEqual([skipped.done, skipped.items[0]!.step], [1, 'load'])
    const resolved = await t.steps.resolveMany({ taskId: two!.id, stepName: 'call' }, { results: { ok: true }, ...by })
    assert.equal(resolved.done, 1)
    assert.equal((await t.steps.cancelMany({ taskId: three!.id, stepName: 'load' }, by)).done, 1)
    const states = async (id: string) =>
      (await t.tasks.get(id))!.steps.map(({ state, resolvedHow }) => resolvedHow ?? state)
    assert.deepEqual(await states(one!.id), ['skipped', 'pending'])
    assert.deepEqual(await states(two!.id), ['pending', 'by_person'])
    assert.deepEqual(await states(three!.id), ['cancelled', 'cancelled'])
    assert.deepEqual((await t.steps.get({ task: two!, step: 'call' })).results, { ok: true })
    await assertSound(t)
  })
})
