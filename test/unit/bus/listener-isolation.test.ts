import assert from 'node:assert/strict'
import { completed, openBus, settled } from './bus-under-test.js'

const fail = (): never => {
  throw new Error('broken')
}

describe('a listener that fails', () => {
  it('by throwing breaks neither the publisher nor the others, and is reported by name', () => {
    const { bus, failures, log } = openBus()
    const heard: string[] = []
    bus.on('*', () => heard.push('before'))
    bus.on('task.completed', fail, { name: 'pager' })
    bus.on('*', () => heard.push('after'))
    const event = bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(heard, ['before', 'after'])
    assert.equal(failures.length, 1)
    const { error, ...failure } = failures[0]!
    assert.deepEqual(failure, { kind: 'threw', subscriber: 'pager', event })
    assert.equal((error as Error).message, 'broken')
    assert.deepEqual(
      log.lines.map(({ level, fields }) => [level, fields.subscriber, fields.event, fields.err]),
      [['error', 'pager', 'task.completed', error]],
    )
  })

  it('by rejecting is reported likewise, and its rejection goes no further', async () => {
    const { bus, failures } = openBus()
    bus.on('*', async () => fail(), { name: 'async' })
    bus.on('*', () => Promise.reject(new Error('later')), { name: 'promise' })
    bus.publishLifecycle('task.completed', completed)
    await settled()
    assert.deepEqual(
      failures.map(({ kind, subscriber }) => `${subscriber} ${kind}`),
      ['async rejected', 'promise rejected'],
    )
  })

  it('by never settling holds up nobody', async () => {
    const { bus } = openBus()
    let calls = 0
    bus.on('*', () => new Promise(() => {}))
    bus.on('*', () => calls++)
    bus.publishLifecycle('task.completed', completed)
    bus.publishLifecycle('task.completed', completed)
    assert.equal(calls, 2)
  })

  it('is called by its own name, its function’s, or what it listens to', () => {
    const { bus, failures } = openBus()
    bus.on('*', fail, { name: 'given' })
    bus.on('*', fail)
    bus.on(['task.*', 'step.*'], [() => fail()][0]!)
    bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(
      failures.map(({ subscriber }) => subscriber),
      ['given', 'fail', 'listener on task.*, step.*'],
    )
  })

  it('is counted in the statistics', async () => {
    const { bus } = openBus()
    bus.on('*', fail, { name: 'bad' })
    bus.on('task.*', () => {}, { name: 'good' })
    bus.publishLifecycle('task.completed', completed)
    const [bad, good] = bus.stats().subscribers
    assert.deepEqual([bad?.name, bad?.delivered, bad?.failed, bad?.circuit], ['bad', 1, 1, 'closed'])
    assert.deepEqual([good?.name, good?.delivered, good?.failed], ['good', 1, 0])
    assert.deepEqual(good?.patterns, ['task.*'])
    assert.equal(bus.stats().failures, 1)
    assert.equal(bus.stats().dispatched, 1)
  })

  it('on the error channel itself is only logged', async () => {
    const { bus, failures, log } = openBus()
    bus.onError(fail)
    bus.onError((async () => fail()) as () => void)
    let calls = 0
    const off = bus.onError(() => calls++)
    bus.on('*', fail)
    bus.publishLifecycle('task.completed', completed)
    await settled()
    off()
    bus.publishLifecycle('task.completed', completed)
    await settled()
    assert.equal(failures.length, 2)
    assert.equal(calls, 1)
    assert.equal(log.lines.filter(({ message }) => message === 'a listener of the error channel failed').length, 4)
  })

  it('by publishing what it listens to is stopped before the stack ends', () => {
    const { bus, failures } = openBus()
    let calls = 0
    bus.on('task.completed', () => {
      calls++
      bus.publishLifecycle('task.completed', completed)
    })
    bus.publishLifecycle('task.completed', completed)
    assert.ok(calls < 100)
    assert.match(String(failures[0]?.error), /already cause one another/)
  })
})

describe('the circuit breaker', () => {
  const circuit = { failures: 3, cooldownMs: 1000 }

  it('pauses a listener after so many failures in a row, says so once, and tries it again after the cool-down', async () => {
    const { bus, clock, failures } = openBus({ circuit })
    let calls = 0
    let isBroken = true
    bus.on('*', () => {
      calls++
      if (isBroken) fail()
    })
    const publish = (): unknown => bus.publishLifecycle('task.completed', completed)
    for (let i = 0; i < 5; i++) publish()
    assert.equal(calls, 3)
    assert.equal(failures.filter(({ kind }) => kind === 'circuit_opened').length, 1)
    assert.deepEqual([bus.stats().subscribers[0]?.circuit, bus.stats().subscribers[0]?.skipped], ['open', 2])

    await clock.advance(1000)
    publish()
    publish()
    assert.equal(calls, 4, 'one trial, which failed')
    assert.equal(failures.filter(({ kind }) => kind === 'circuit_opened').length, 2)

    await clock.advance(1000)
    isBroken = false
    publish()
    publish()
    assert.equal(calls, 6)
    assert.equal(bus.stats().subscribers[0]?.circuit, 'closed')
  })

  it('counts only failures in a row', () => {
    const { bus } = openBus({ circuit })
    let calls = 0
    bus.on('*', () => {
      calls++
      if (calls % 3 !== 0) fail()
    })
    for (let i = 0; i < 9; i++) bus.publishLifecycle('task.completed', completed)
    assert.equal(calls, 9)
  })

  it('counts rejections too, and leaves the other listeners alone', async () => {
    const { bus } = openBus({ circuit })
    let [bad, good] = [0, 0]
    bus.on('*', async () => {
      bad++
      fail()
    })
    bus.on('*', () => good++)
    for (let i = 0; i < 6; i++) {
      bus.publishLifecycle('task.completed', completed)
      await settled()
    }
    assert.deepEqual([bad, good], [3, 6])
  })

  it('tries again even where the trial never ended', async () => {
    const { bus, clock } = openBus({ circuit })
    let calls = 0
    bus.on('*', () => {
      calls++
      return calls <= 3 ? fail() : new Promise(() => {})
    })
    for (let i = 0; i < 4; i++) bus.publishLifecycle('task.completed', completed)
    for (let i = 0; i < 2; i++) {
      await clock.advance(1000)
      bus.publishLifecycle('task.completed', completed)
    }
    assert.equal(calls, 5)
  })
})
