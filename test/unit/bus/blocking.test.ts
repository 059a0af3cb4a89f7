import assert from 'node:assert/strict'
import { completed, openBus, retryStarted, settled } from './bus-under-test.js'

/** Works for so long, whatever else the machine does meanwhile. */
const busy = (ms: number) => {
  const before = process.cpuUsage()
  for (let usedMs = 0; usedMs < ms; ) {
    const { user, system } = process.cpuUsage(before)
    usedMs = (user + system) / 1000
  }
}

const blocking = { limitMs: 20, times: 3, withinMs: 60_000 }
const publish = (bus: ReturnType<typeof openBus>['bus'], times: number) => {
  for (let time = 0; time < times; time++) bus.publishLifecycle('task.completed', completed)
}

describe('a listener that blocks the process', () => {
  it('is named from its second slow call on, paused after so many, and tried again after the cool-down', async () => {
    const { bus, clock, failures } = openBus({ blocking, circuit: { cooldownMs: 1000 } })
    let calls = 0
    bus.on('task.completed', () => void calls++, { name: 'quick' })
    bus.on('task.completed', () => busy(30), { name: 'slow' })
    publish(bus, 6)
    assert.deepEqual(
      failures.map(({ kind, subscriber }) => [kind, subscriber]),
      [
        ['blocked', 'slow'],
        ['blocked', 'slow'],
        ['blocked', 'slow'],
        ['circuit_opened', 'slow'],
      ],
    )
    assert.equal(calls, 6)
    const { circuit, blocked, skipped } = bus.stats().subscribers.find(({ name }) => name === 'slow')!
    assert.deepEqual([circuit, blocked, skipped], ['open', 3, 2])
    assert.match((failures[0]!.error as Error).message, /"slow" blocked the process for \d+ ms with "task\.completed"/)
    await clock.advance(1001)
    publish(bus, 2)
    // The trial blocks again.
    assert.equal(bus.stats().subscribers.find(({ name }) => name === 'slow')!.blocked, 4)
  })

  it('is not blamed for others that it calls by publishing', () => {
    const { bus, failures } = openBus({ blocking })
    bus.on('task.completed', () => void bus.publishLifecycle('workflow.task_reenqueue_started', retryStarted), {
      name: 'publisher',
    })
    bus.on('workflow.task_reenqueue_started', () => busy(30), { name: 'slow' })
    publish(bus, 3)
    assert.deepEqual([...new Set(failures.map(({ subscriber }) => subscriber))], ['slow'])
  })

  it('with a queue is paused likewise', async () => {
    const { bus, failures } = openBus({ blocking })
    bus.attach({ name: 'slow', on: { 'task.completed': () => busy(30) } })
    publish(bus, 5)
    await settled()
    assert.deepEqual(
      failures.map(({ kind }) => kind),
      ['blocked', 'blocked', 'blocked', 'circuit_opened'],
    )
  })
})
