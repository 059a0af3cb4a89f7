import assert from 'node:assert/strict'
import { EventBus } from '../../../core/bus/event-bus.js'
import { SubscriberTimedOutError } from '../../../core/errors/event-errors.js'
import { completed, openBus, retryStarted, settled } from './bus-under-test.js'

describe('an attached subscriber', () => {
  it('is called off the publisher’s stack, one event at a time, in order', async () => {
    const { bus } = openBus()
    const steps: string[] = []
    bus.attach({
      name: 'slow',
      on: {
        'task.completed': async ({ taskId }) => {
          steps.push(`begin ${taskId}`)
          await settled()
          steps.push(`end ${taskId}`)
        },
        'workflow.*': ({ name }) => steps.push(name),
      },
    })
    bus.publishLifecycle('task.completed', completed, { taskId: '1' })
    bus.publishLifecycle('workflow.task_reenqueue_started', retryStarted)
    bus.publishLifecycle('task.completed', completed, { taskId: '2' })
    assert.deepEqual(steps, [])
    assert.equal(bus.stats().subscribers[0]?.queued, 3)
    await bus.drain()
    assert.deepEqual(steps, ['begin 1', 'end 1', 'workflow.task_reenqueue_started', 'begin 2', 'end 2'])
  })

  it('does not wait for another one', async () => {
    const { bus } = openBus()
    let calls = 0
    bus.attach({ name: 'hangs', on: { '*': () => new Promise(() => {}) } })
    bus.attach({ name: 'works', on: { '*': () => calls++ } })
    bus.publishLifecycle('task.completed', completed)
    bus.publishLifecycle('task.completed', completed)
    await settled()
    assert.equal(calls, 2)
  })

  it('that throws or rejects is reported, and the next event goes on', async () => {
    const { bus, failures } = openBus()
    const heard: unknown[] = []
    bus.attach({
      name: 'shaky',
      on: {
        '*': ({ taskId }) => {
          heard.push(taskId)
          if (taskId === '1') throw new Error('thrown')
          if (taskId === '2') return Promise.reject(new Error('rejected'))
        },
      },
    })
    for (const taskId of ['1', '2', '3']) bus.publishLifecycle('task.completed', completed, { taskId })
    await bus.drain()
    assert.deepEqual(heard, ['1', '2', '3'])
    assert.deepEqual(
      failures.map(({ kind, subscriber, event }) => [kind, subscriber, event?.taskId]),
      [
        ['threw', 'shaky', '1'],
        ['rejected', 'shaky', '2'],
      ],
    )
  })

  it('that hangs is told by its signal, reported and left behind after its time-out, and the next event goes on', async () => {
    const { bus, clock, failures } = openBus()
    const heard: unknown[] = []
    let signal: AbortSignal | undefined
    let late: (() => void) | undefined
    bus.attach({
      name: 'stuck',
      timeoutMs: 500,
      on: {
        '*': ({ taskId }, context) => {
          heard.push(taskId)
          if (taskId !== '1') return
          signal = context.signal
          return new Promise((_, reject) => {
            late = () => reject(new Error('too late'))
          })
        },
      },
    })
    bus.publishLifecycle('task.completed', completed, { taskId: '1' })
    bus.publishLifecycle('task.completed', completed, { taskId: '2' })
    await settled()
    await clock.advance(499)
    assert.deepEqual(heard, ['1'])
    assert.equal(signal?.aborted, false)
    await clock.advance(1)
    assert.deepEqual(heard, ['1', '2'])
    assert.equal(signal?.aborted, true)
    late?.()
    await settled()
    assert.deepEqual(
      failures.map(({ kind, subscriber, error }) => [kind, subscriber, error instanceof SubscriberTimedOutError]),
      [['timed_out', 'stuck', true]],
    )
    assert.match(String(failures[0]?.error), /"stuck" has not finished with "task.completed" after 500 ms/)
    const [stats] = bus.stats().subscribers
    assert.deepEqual([stats?.delivered, stats?.failed, stats?.timedOut], [2, 1, 1])
    assert.equal(clock.pendingTimers, 0)
  })

  it('that is done in time leaves no timer behind', async () => {
    const { bus, clock, failures } = openBus()
    bus.attach({ name: 'prompt', on: { '*': () => settled() } })
    bus.publishLifecycle('task.completed', completed)
    await bus.drain()
    assert.equal(clock.pendingTimers, 0)
    assert.deepEqual(failures, [])
  })

  it('has 30 seconds unless it says otherwise', async () => {
    const { bus, clock, failures } = openBus()
    bus.attach({ name: 'stuck', on: { '*': () => new Promise(() => {}) } })
    bus.publishLifecycle('task.completed', completed)
    await settled()
    await clock.advance(29_999)
    assert.equal(failures.length, 0)
    await clock.advance(1)
    assert.equal(failures.length, 1)
  })

  for (const [overflow, kept] of [
    ['drop_oldest', ['3', '4']],
    ['drop_newest', ['1', '2']],
    [undefined, ['3', '4']],
  ] as const) {
    it(`with a full queue loses events by its policy, ${overflow ?? 'drop_oldest by default'}, counted and reported once a second`, async () => {
      const { bus, failures } = openBus()
      const heard: unknown[] = []
      const on = { '*': ({ taskId }: { taskId?: string }) => heard.push(taskId) }
      bus.attach({ name: 'slow', queueSize: 2, ...(overflow && { overflow }), on })
      for (const taskId of ['1', '2', '3', '4']) bus.publishLifecycle('task.completed', completed, { taskId })
      await bus.drain()
      assert.deepEqual(heard, kept)
      assert.deepEqual(
        failures.map(({ kind, dropped }) => [kind, dropped]),
        [['overflowed', 1]],
      )
      assert.equal(bus.stats().subscribers[0]?.dropped, 2)
    })
  }

  it('holds 1000 events unless it says otherwise', async () => {
    const { bus } = openBus()
    let calls = 0
    bus.attach({ name: 'many', on: { '*': () => calls++ } })
    for (let i = 0; i < 1010; i++) bus.publishLifecycle('task.completed', completed)
    await bus.drain()
    assert.equal(calls, 1000)
    assert.equal(bus.stats().subscribers[0]?.dropped, 10)
  })

  it('leaves the event loop its turns while it works through a long queue', async () => {
    const { bus } = openBus()
    let calls = 0
    bus.attach({ name: 'many', on: { '*': () => calls++ } })
    for (let i = 0; i < 1000; i++) bus.publishLifecycle('task.completed', completed)
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(calls > 0 && calls < 1000, `${calls} after one turn`)
    await bus.drain()
    assert.equal(calls, 1000)
  })

  it('that keeps failing is paused, its events kept, and goes on after the cool-down', async () => {
    const { bus, clock, failures } = openBus({ circuit: { failures: 2, cooldownMs: 1000 } })
    const heard: unknown[] = []
    let isBroken = true
    bus.attach({
      name: 'down',
      on: {
        '*': ({ taskId }) => {
          heard.push(taskId)
          if (isBroken) throw new Error('down')
        },
      },
    })
    for (const taskId of ['1', '2', '3', '4']) bus.publishLifecycle('task.completed', completed, { taskId })
    await settled()
    assert.deepEqual(heard, ['1', '2'])
    assert.equal(failures.at(-1)?.kind, 'circuit_opened')
    assert.equal(bus.stats().subscribers[0]?.circuit, 'open')
    assert.deepEqual(await bus.drain(), { isDrained: false, left: [{ subscriber: 'down', waiting: 2 }] })
    isBroken = false
    await clock.advance(1000)
    assert.deepEqual(heard, ['1', '2', '3', '4'])
    assert.equal(bus.stats().subscribers[0]?.circuit, 'closed')
  })

  it('gets nothing more once it was taken away, and its running handler is told', async () => {
    const { bus } = openBus()
    let signal: AbortSignal | undefined
    let calls = 0
    const off = bus.attach({
      name: 'leaves',
      on: {
        '*': (_event, context) => {
          calls++
          signal = context.signal
          return new Promise(() => {})
        },
      },
    })
    bus.publishLifecycle('task.completed', completed)
    bus.publishLifecycle('task.completed', completed)
    await settled()
    off()
    bus.publishLifecycle('task.completed', completed)
    await settled()
    assert.equal(calls, 1)
    assert.equal(signal?.aborted, true)
    assert.deepEqual(bus.stats().subscribers, [])
  })
})

describe('drain', () => {
  it('waits for all queues, for what they set off in one another, and for the promises of listeners', async () => {
    const { bus } = openBus()
    const done: string[] = []
    bus.attach({
      name: 'first',
      on: {
        'task.completed': async () => {
          await settled()
          bus.publishLifecycle('workflow.task_reenqueue_started', retryStarted)
          done.push('first')
        },
      },
    })
    bus.attach({
      name: 'second',
      on: {
        'workflow.*': async () => {
          await settled()
          done.push('second')
        },
      },
    })
    bus.on('workflow.*', async () => {
      await settled()
      await settled()
      done.push('listener')
    })
    bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(await bus.drain(), { isDrained: true, left: [] })
    assert.deepEqual(done, ['first', 'second', 'listener'])
  })

  it('gives up at its deadline and says who was not done', async () => {
    const bus = new EventBus()
    bus.open()
    bus.attach({ name: 'stuck', on: { '*': () => new Promise(() => {}) } })
    bus.publishLifecycle('task.completed', completed)
    bus.publishLifecycle('task.completed', completed)
    const { isDrained, left } = await bus.drain({ deadlineMs: 20 })
    assert.equal(isDrained, false)
    assert.deepEqual(left, [{ subscriber: 'stuck', waiting: 2 }])
    bus.close()
  })

  it('is over at once when nothing waits', async () => {
    const { bus, clock } = openBus()
    assert.deepEqual(await bus.drain(), { isDrained: true, left: [] })
    assert.equal(clock.pendingTimers, 0)
  })
})
