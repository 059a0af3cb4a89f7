import assert from 'node:assert/strict'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import { CLOCK, type Clock, defineTask, PermanentError, RetryableError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

describe('Running a task', () => {
  it('runs steps in the order of their graph, at once where it allows, and gives results to dependents', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const diamond = defineTask({ name: 'diamond' })
      .step('top', async () => 1)
      .step('left', { dependsOn: ['top'] }, async ({ results }) => {
        order.push('left begins')
        await gate.promise
        return results.top + 1
      })
      .step('right', { dependsOn: ['top'] }, async ({ results }) => {
        // Ends only if both branches run at once.
        order.push('right begins')
        gate.resolve()
        return results.top + 2
      })
      .step('bottom', { dependsOn: ['left', 'right'] }, async ({ results }) => {
        order.push('bottom begins')
        return results.left + results.right
      })
    await using t = await openTestTasker({ handlers: [diamond] })
    const run = await t.run(diamond)
    assert.equal(run.state, 'complete')
    assert.equal(run.steps.bottom.results, 5)
    assert.deepEqual(order, ['left begins', 'right begins', 'bottom begins'])
  })

  it('gives whoever waits here the same as the store, however the task has ended', async () => {
    const good = defineTask({ name: 'good' })
      .step('first', async () => ({ at: new Date(0), list: [1, undefined], none: undefined, deep: { text: 'é' } }))
      .step('second', { dependsOn: ['first'], skippable: true }, async () => null)
      .step('third', { dependsOn: ['second'] }, async () => undefined)
    const bad = defineTask({ name: 'bad' })
      .step('fine', async () => 1)
      .step('broken', { dependsOn: ['fine'] }, async () => {
        throw new PermanentError('no', { code: 'NO', details: { why: 'not' } })
      })
      .step('never', { dependsOn: ['broken'] }, async () => 2)
    await using t = await openTestTasker({ handlers: [good, bad] })
    const reads: string[] = []
    t.faults.onStatement(({ name }) => {
      if (name.startsWith('getTask/')) reads.push(name)
      return undefined
    })
    const context = { tags: { b: 1, a: [null, 'x'] } }
    const requests = [
      t.tasks.create(good, { context, tags: ['x y', '"'], timeoutMs: 60_000, traceparent }),
      t.tasks.create(good, { bypassSteps: ['second'], reason: 'why', initiator: 'me' }),
      t.tasks.create(bad),
    ]
    const all = await Promise.all(requests.map(async (created) => t.tasks.wait(await created)))
    assert.deepEqual(reads, [], 'what ended here need not be read')
    for (const task of all) assert.deepEqual(task, await t.tasks.get(task.id))
    assert.equal(reads.length, 3)
  })

  it('gives a dependent only the results that it depends on', async () => {
    let seen: string[] = []
    const task = defineTask({ name: 'narrow' })
      .step('a', async () => 1)
      .step('b', { dependsOn: ['a'] }, async () => 2)
      .step('c', { dependsOn: ['b'] }, async ({ results }) => {
        seen = Object.keys(results)
        return null
      })
    await using t = await openTestTasker({ handlers: [task] })
    await t.run(task)
    assert.deepEqual(seen, ['b'])
  })

  it('never has more steps of a task running at once than its limit', async () => {
    let running = 0
    let most = 0
    const step = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 5))
      running -= 1
      return null
    }
    const wide = ['c', 'd', 'e', 'f', 'g', 'h'].reduce(
      (chain, name) => chain.step(name as never, step) as never,
      defineTask({ name: 'wide', concurrency: 2 }).step('a', step).step('b', step),
    )
    await using t = await openTestTasker({ handlers: [wide] })
    const run = await t.run(wide)
    assert.equal(run.state, 'complete')
    assert.equal(most, 2)
  })

  it('tries a failing step again after its backoff, until its limit, and counts the attempts', async () => {
    const times: number[] = []
    const task = defineTask({ name: 'flaky' }).step(
      'flaky',
      { retry: { limit: 4, backoffMs: [1_000, 5_000] } },
      async () => {
        times.push(t.clock.now())
        throw new Error('not today')
      },
    )
    await using t = await openTestTasker({ handlers: [task], backoff: { jitter: 0 } })
    const run = await t.run(task)
    const waits = times.slice(1).map((time, index) => time - times[index]!)
    assert.equal(run.state, 'error')
    assert.deepEqual([run.steps.flaky.attempts, run.steps.flaky.error?.message], [4, 'not today'])
    // By list, then the last one doubled. A wake-up may come a few milliseconds late, never early.
    for (const [index, expected] of [1_000, 5_000, 10_000].entries()) {
      assert.ok(waits[index]! >= expected && waits[index]! < expected + 100, `${waits}`)
    }
  })

  it('waits as long as the called system asked for, however short its own backoff is', async () => {
    const times: number[] = []
    const task = defineTask({ name: 'limited' }).step('call', { retry: { backoffMs: [10] } }, async ({ attempt }) => {
      times.push(t.clock.now())
      if (attempt === 1) throw new RetryableError('too many requests', { retryAfterMs: 42_000 })
      return null
    })
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'complete')
    assert.ok(times[1]! - times[0]! >= 42_000)
  })

  it('does not try a permanent failure again, finishes independent branches, and names what is blocked', async () => {
    const task = defineTask({ name: 'blocked' })
      .step('bad', async () => {
        throw new PermanentError('stolen card', { code: 'CARD_STOLEN' })
      })
      .step('after', { dependsOn: ['bad'] }, async () => null)
      .step('other', async () => 'done')
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'error')
    assert.deepEqual([run.steps.bad.attempts, run.steps.bad.error?.code], [1, 'CARD_STOLEN'])
    assert.equal(run.steps.other.results, 'done')
    assert.equal(run.steps.after.state, 'pending')
    const [failed] = run.events.of('task.failed')
    assert.deepEqual(failed?.payload.failedSteps, ['bad'])
    assert.deepEqual(failed?.payload.blockedSteps, ['after'])
  })

  it('skips a step that failed for good where it says so, and goes on', async () => {
    const task = defineTask({ name: 'optional' })
      .step('extra', { skippable: true, onFailure: 'skip' }, async () => {
        throw new PermanentError('no')
      })
      .step('main', { dependsOn: ['extra'] }, async ({ results }) => results.extra === undefined)
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'complete')
    assert.deepEqual([run.steps.extra.state, run.steps.extra.resolvedHow], ['resolved_manually', 'skipped'])
    assert.equal(run.steps.main.results, true)
  })

  it('ends an attempt whose time is up: the signal fires, and the step is tried again', async () => {
    const signals: string[] = []
    const task = defineTask({ name: 'slow' }).step(
      'slow',
      { timeoutMs: 1_000, retry: { limit: 2, backoffMs: [10] } },
      async ({ signal, attempt }) => {
        if (attempt === 2) return 'in time'
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            signals.push(String(signal.reason?.code))
            reject(signal.reason)
          })
        })
      },
    )
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task)
    await t.clock.advance('1m')
    const view = await t.tasks.wait(created, { timeoutMs: 5_000 })
    assert.deepEqual(signals, ['STEP_TIMEOUT'])
    const [slow] = view.steps
    assert.deepEqual([view.state, slow?.attempts, slow?.results], ['complete', 2, 'in time'])
    assert.equal(t.events.of('step.failed')[0]?.payload.error.category, 'timeout')
  })

  it('ends a task whose time is up: what runs is interrupted, nothing more begins, and a retry begins its time anew', async () => {
    let isQuick = false
    const task = defineTask({ name: 'bounded', timeoutMs: 5_000 })
      .step('long', async ({ signal }) => {
        if (isQuick) return null
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      })
      .step('after', { dependsOn: ['long'] }, async () => null)
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task)
    await t.clock.advance('1m')
    const view = await t.tasks.wait(created, { timeoutMs: 5_000 })
    assert.deepEqual([view.state, view.error?.code, view.error?.category], ['error', 'TASK_TIMEOUT', 'timeout'])
    assert.deepEqual(
      view.steps.map(({ state, error }) => [state, error?.code]),
      [
        ['error', 'TASK_TIMEOUT'],
        ['pending', undefined],
      ],
    )
    isQuick = true
    await t.tasks.retry(created)
    assert.equal((await t.tasks.wait(created, { timeoutMs: 5_000 })).state, 'complete')
  })

  it('ends a waiting task when its time is up, however late its next attempt would be', async () => {
    const task = defineTask({ name: 'waiting', timeoutMs: 60_000 }).step(
      'fails',
      { retry: { limit: 5, backoffMs: [3_600_000], maxBackoffMs: 3_600_000 } },
      async () => {
        throw new Error('no')
      },
    )
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task)
    await t.clock.advance('2m')
    const view = await t.tasks.wait(created, { timeoutMs: 5_000 })
    assert.deepEqual([view.state, view.error?.code], ['error', 'TASK_TIMEOUT'])
  })

  it('runs a task whose steps are listed in another order than that of their dependencies', async () => {
    const steps = {
      last: async () => 'last',
      first: async () => 'first',
    }
    const yaml = `
name: backwards
step_templates:
  - { name: last, handler: last, depends_on_step: first }
  - { name: first, handler: first }
`
    const task = parseTaskYaml(yaml, { handlers: steps })
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'complete')
    assert.deepEqual(
      run.events.of('step.completed').map(({ payload }) => payload.stepName),
      ['first', 'last'],
    )
  })

  it('renews the time of an attempt with each progress that it reports', async () => {
    const task = defineTask({ name: 'long' }).step('long', { timeoutMs: 1_000 }, async ({ progress, signal }) => {
      for (const part of [1, 2, 3]) {
        await new Promise<void>((resolve) => t.clockTimer(resolve, 700))
        progress(part / 3)
      }
      return signal.aborted
    })
    const t = Object.assign(await openTestTasker({ handlers: [task] }), {
      clockTimer: (callback: () => void, delayMs: number) =>
        t.container.resolve<Clock>(CLOCK).setTimer(callback, delayMs),
    })
    const created = await t.tasks.create(task)
    await t.clock.advance('10s')
    const view = await t.tasks.wait(created, { timeoutMs: 5_000 })
    assert.deepEqual([view.state, view.steps[0]?.attempts, view.steps[0]?.results], ['complete', 1, false])
    const numbers = t.events.of('step.handle').map(({ payload }) => payload.number)
    assert.deepEqual(numbers, [0, 1, 2, 3])
    await t.stop()
  })

  it('drops the result of a handler that outlives its time-out, and starts no other attempt before the grace', async () => {
    let release: (value: string) => void = () => {}
    const starts: number[] = []
    const task = defineTask({ name: 'deaf' }).step(
      'deaf',
      { timeoutMs: 1_000, retry: { limit: 2, backoffMs: [1] } },
      async ({ attempt }) => {
        starts.push(t.clock.now())
        if (attempt === 2) return 'second'
        return new Promise<string>((resolve) => {
          release = resolve
        })
      },
    )
    await using t = await openTestTasker({ handlers: [task], execution: { timeoutGraceMs: 3_000 } })
    const created = await t.tasks.create(task)
    await t.clock.advance('10s')
    release('first, too late')
    const view = await t.tasks.wait(created, { timeoutMs: 5_000 })
    assert.equal(view.steps[0]?.results, 'second')
    assert.ok(starts[1]! - starts[0]! >= 4_000, 'the second attempt waits for time-out and grace')
  })

  it('holds custom events back until the success of the step is committed; a failed attempt publishes nothing', async () => {
    const task = defineTask({ name: 'announcing', customEvents: ['order.fulfilled'] }).step(
      'fulfil',
      { retry: { backoffMs: [1] } },
      async ({ attempt, publish }) => {
        publish('order.fulfilled', { attempt })
        if (attempt === 1) throw new Error('once more')
        return null
      },
    )
    await using t = await openTestTasker({ handlers: [task] })
    const heard: unknown[] = []
    t.events.on('order.fulfilled', (event) => heard.push([event.payload, event.position !== undefined]))
    const run = await t.run(task)
    assert.deepEqual(heard, [[{ attempt: 2 }, true]])
    const logged: string[] = []
    for await (const event of t.log.tail({ taskId: run.id, names: ['order.*'] })) logged.push(event.name)
    assert.deepEqual(logged, ['order.fulfilled'])
  })

  it('runs a task not before its time', async () => {
    const task = defineTask({ name: 'later' }).step('only', async () => t.clock.now())
    await using t = await openTestTasker({ handlers: [task] })
    const runAt = new Date(t.clock.now() + 3_600_000)
    const created = await t.tasks.create(task, { runAt })
    await t.clock.advance('59m')
    assert.equal((await t.tasks.get(created))?.state, 'pending')
    await t.clock.advance('2m')
    const view = await t.tasks.wait(created, { timeoutMs: 5_000 })
    assert.ok((view.steps[0]?.results as number) >= runAt.getTime())
  })

  it('parks a task that no worker has the code of, writes that once, and runs it as soon as the code is there', async () => {
    const task = defineTask({ name: 'versioned', version: '1.0.0' }).step('only', async () => 'ran')
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task, { runAt: new Date(t.clock.now() + 1_000) })
    t.handlers.unregister('default.versioned@1.0.0')
    await t.clock.advance('30s')
    const parked = await t.tasks.get(created.id)
    assert.deepEqual([parked?.state, parked?.parked], ['pending', 'no_handler'])
    const names = async () => {
      const logged: string[] = []
      for await (const { name } of t.log.tail({ taskId: created.id })) logged.push(name)
      return logged
    }
    const written = ['initialize_requested', 'start_requested', 'initialize_requested'].map((name) => `task.${name}`)
    const isOfTask = (name: string) => name.startsWith('task.')
    await t.clock.advance('10m')
    assert.deepEqual((await names()).filter(isOfTask), written)
    const before = t.clock.now()
    t.handlers.register(task)
    assert.equal((await t.tasks.wait(created, { timeoutMs: 5_000 })).state, 'complete')
    assert.equal(t.clock.now(), before, 'it did not wait for its time to be looked at again')
  })
})
