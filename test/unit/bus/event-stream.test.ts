import assert from 'node:assert/strict'
import { completed, openBus, retryStarted } from './bus-under-test.js'

describe('a stream of events', () => {
  it('gives those published since it was made, in order, and ends when its loop is left', async () => {
    const { bus } = openBus()
    const stream = bus.stream(['task.completed', 'workflow.*'])
    bus.publishLifecycle('task.completed', completed)
    bus.publishLifecycle('workflow.task_reenqueue_started', retryStarted)
    const heard: string[] = []
    for await (const event of stream) {
      heard.push(event.name)
      if (heard.length === 2) break
    }
    assert.deepEqual(heard, ['task.completed', 'workflow.task_reenqueue_started'])
    assert.equal(bus.hasListeners('task.completed'), false)
    assert.deepEqual(bus.stats().subscribers, [])
  })

  it('waits for events that are not there yet, for several readers in turn', async () => {
    const { bus } = openBus()
    const stream = bus.stream('*')
    const both = Promise.all([stream.next(), stream.next()])
    bus.publishLifecycle('task.completed', completed, { taskId: '1' })
    bus.publishLifecycle('task.completed', completed, { taskId: '2' })
    assert.deepEqual(
      (await both).map(({ value }) => value?.taskId),
      ['1', '2'],
    )
  })

  it('ends by its signal, after what waits was read', async () => {
    const { bus } = openBus()
    const stop = new AbortController()
    const stream = bus.stream('*', { signal: stop.signal })
    bus.publishLifecycle('task.completed', completed, { taskId: '1' })
    stop.abort()
    bus.publishLifecycle('task.completed', completed, { taskId: '2' })
    const heard: unknown[] = []
    for await (const { taskId } of stream) heard.push(taskId)
    assert.deepEqual(heard, ['1'])
    for await (const _ of bus.stream('*', { signal: stop.signal })) assert.fail('was heard')
  })

  it('wakes a reader that waits when it ends', async () => {
    const { bus } = openBus()
    const stop = new AbortController()
    const next = bus.stream('*', { signal: stop.signal }).next()
    stop.abort()
    assert.deepEqual(await next, { done: true, value: undefined })
  })

  it('keeps so many events for a slow reader, drops the oldest, counts and reports them', async () => {
    const { bus, failures } = openBus()
    await using stream = bus.stream('*', { bufferSize: 2, name: 'screen' })
    for (const taskId of ['1', '2', '3', '4']) bus.publishLifecycle('task.completed', completed, { taskId })
    assert.equal((await stream.next()).value?.taskId, '3')
    assert.deepEqual(
      failures.map(({ kind, subscriber }) => [kind, subscriber]),
      [['overflowed', 'screen']],
    )
    const [stats] = bus.stats().subscribers
    assert.deepEqual([stats?.kind, stats?.delivered, stats?.dropped, stats?.queued], ['stream', 4, 2, 1])
    await bus.drain()
  })
})
