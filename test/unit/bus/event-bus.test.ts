import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { EventBus } from '../../../core/bus/event-bus.js'
import {
  DuplicateEventError,
  InvalidEventPayloadError,
  ReservedEventFamilyError,
  UnknownEventError,
} from '../../../core/errors/event-errors.js'
import { defineEvent } from '../../../core/events/custom-event.js'
import { completed, openBus, retryStarted, Unheard } from './bus-under-test.js'

const fulfilled = defineEvent('order.fulfilled', Type.Object({ orderId: Type.Integer() }))

describe('the event bus', () => {
  it('gives every listener the same envelope', () => {
    const { bus } = openBus({ newId: () => 'id-1' })
    const heard: unknown[] = []
    bus.on('task.completed', (event) => heard.push(event))
    bus.on('*', (event) => heard.push(event))
    const published = bus.publishLifecycle('task.completed', completed, {
      taskId: 't1',
      trace: { traceparent: '00-1' },
    })
    assert.deepEqual(published, {
      id: 'id-1',
      name: 'task.completed',
      schemaVersion: 1,
      payload: completed,
      occurredAt: '2025-01-01T00:00:00.000Z',
      correlationId: 'id-1',
      taskId: 't1',
      trace: { traceparent: '00-1' },
    })
    assert.equal(heard.length, 2)
    assert.ok(heard.every((event) => event === published))
  })

  it('makes no event for a subscriber that does not want it, and asks it once for each name', () => {
    const { bus } = openBus()
    const asked: string[] = []
    const wants = (name: string) => {
      asked.push(name)
      return name === 'task.completed'
    }
    const off = bus.attach({ name: 'choosy', on: { '*': () => {} }, wants })
    assert.equal(bus.publishLifecycle('workflow.task_reenqueue_started', retryStarted), undefined)
    assert.ok(bus.publishLifecycle('task.completed', completed))
    bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(new Set(asked), new Set(['workflow.task_reenqueue_started', 'task.completed']))
    assert.ok(asked.length <= 4, asked.join())
    off()
    assert.equal(bus.hasListeners('task.completed'), false)
  })

  it('gives a subscriber whose wants throws everything', () => {
    const { bus } = openBus()
    bus.attach({
      name: 'broken',
      on: { 'task.*': () => {} },
      wants: () => {
        throw new Error('no')
      },
    })
    assert.equal(bus.hasListeners('task.completed'), true)
  })

  it('makes no event for a passive listener, which hears what is made for others', () => {
    const { bus } = openBus()
    const counted: string[] = []
    bus.on('*', (event) => counted.push(event.name), { isPassive: true })
    assert.equal(bus.publishLifecycle('task.completed', completed), undefined)
    const off = bus.on('task.completed', () => {})
    bus.publishLifecycle('task.completed', completed)
    off()
    assert.equal(bus.publishLifecycle('task.completed', completed), undefined)
    assert.deepEqual(counted, ['task.completed'])
  })

  it('keeps what the publisher says about the envelope', () => {
    const { bus } = openBus()
    bus.on('*', () => {})
    const options = {
      id: 'id',
      occurredAt: '2020-01-01T00:00:00.000Z',
      correlationId: 'correlation',
      causationId: 'cause',
      taskId: 't',
      stepId: 's',
      position: '0001',
    }
    const event = bus.publishLifecycle('task.completed', completed, options)
    assert.deepEqual(event, { ...options, name: 'task.completed', schemaVersion: 1, payload: completed })
  })

  it('calls listeners in the order in which they were added, across names, families and *', () => {
    const { bus } = openBus()
    const order: string[] = []
    bus.on('*', () => order.push('first *'))
    bus.on('task.completed', () => order.push('second exact'))
    bus.publishLifecycle('task.completed', completed)
    bus.on('task.*', () => order.push('third family'))
    bus.on(['step.failed', 'task.completed'], () => order.push('fourth list'))
    const off = bus.on('*', () => order.push('fifth *'))
    order.length = 0
    bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(order, ['first *', 'second exact', 'third family', 'fourth list', 'fifth *'])
    off()
    bus.on('task.completed', () => order.push('sixth exact'))
    order.length = 0
    bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(order, ['first *', 'second exact', 'third family', 'fourth list', 'sixth exact'])
  })

  it('calls a listener once for an event that several of its patterns select', () => {
    const { bus } = openBus()
    let calls = 0
    bus.on(['task.*', 'task.completed', '*'], () => calls++)
    bus.publishLifecycle('task.completed', completed)
    assert.equal(calls, 1)
  })

  it('brings events only to whom they were meant for', () => {
    const { bus } = openBus()
    const heard: string[] = []
    bus.on('workflow.*', (event) => heard.push(event.name))
    bus.publishLifecycle('task.completed', completed)
    bus.publishLifecycle('workflow.task_reenqueue_started', retryStarted)
    assert.deepEqual(heard, ['workflow.task_reenqueue_started'])
  })

  it('dispatches an event that has its envelope already, as it is', () => {
    const { bus } = openBus()
    const heard: unknown[] = []
    bus.on('*', (event) => heard.push(event))
    const event = { ...bus.factory.lifecycle('task.completed', completed), position: '17' }
    bus.emit(event)
    assert.equal(heard[0], event)
  })

  it('knows whether anybody listens, and makes no payload when nobody does', () => {
    const { bus } = openBus()
    const make = (): typeof completed => assert.fail('was made')
    assert.equal(bus.hasListeners('task.completed'), false)
    assert.equal(bus.publishLifecycle('task.completed', make), undefined)
    const off = bus.on('task.*', () => {})
    assert.equal(bus.hasListeners('task.completed'), true)
    assert.equal(bus.hasListeners('step.completed'), false)
    assert.equal(bus.publishLifecycle('task.completed', () => completed)?.payload, completed)
    off()
    assert.equal(bus.hasListeners('task.completed'), false)
  })

  it('refuses a listener on what does not exist, with the nearest name', () => {
    const { bus } = openBus()
    const typo: string = 'task.complted'
    assert.throws(() => bus.on(typo, () => {}), /no event "task.complted".*Did you mean "task.completed"/)
    assert.throws(() => bus.on('order.fulfilled', () => {}), UnknownEventError)
    assert.throws(() => bus.stream('order.*'), UnknownEventError)
    assert.throws(() => bus.attach({ name: 'x', on: { 'step.exploded': () => {} } }), UnknownEventError)
  })
})

describe('leaving the event bus', () => {
  it('happens by the function that on returns, by using, by off and by a signal', () => {
    const { bus } = openBus()
    const heard: string[] = []
    const off = bus.on('task.completed', () => heard.push('function'))
    const byOff = (): unknown => heard.push('off')
    bus.on('task.*', byOff)
    const stop = new AbortController()
    bus.on('*', () => heard.push('signal'), { signal: stop.signal })
    {
      using _ = bus.on('task.completed', () => heard.push('using'))
      bus.publishLifecycle('task.completed', completed)
    }
    assert.deepEqual(heard.splice(0), ['function', 'off', 'signal', 'using'])
    bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(heard.splice(0), ['function', 'off', 'signal'])
    off()
    off()
    bus.off('task.completed', byOff)
    bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(heard.splice(0), ['off', 'signal'])
    bus.off('task.*', byOff)
    stop.abort()
    bus.publishLifecycle('task.completed', completed)
    assert.deepEqual(heard, [])
    assert.deepEqual(bus.stats().subscribers, [])
  })

  it('has happened already where the signal was aborted before', () => {
    const { bus } = openBus()
    const unheard = new Unheard()
    bus.on('*', unheard.listener, { signal: AbortSignal.abort() })
    bus.publishLifecycle('task.completed', completed)
    unheard.check()
  })

  it('takes effect within the dispatch in which it happens', () => {
    const { bus } = openBus()
    const unheard = new Unheard()
    bus.on('*', () => off())
    const off = bus.on('*', unheard.listener)
    bus.publishLifecycle('task.completed', completed)
    unheard.check()
  })

  it('leaves the same function alone where it listens twice', () => {
    const { bus } = openBus()
    let calls = 0
    const listener = (): unknown => calls++
    bus.on('task.completed', listener)
    bus.on('task.completed', listener)()
    bus.publishLifecycle('task.completed', completed)
    assert.equal(calls, 1)
  })

  it('happens by itself after once, even where the listener publishes the same event again', () => {
    const { bus } = openBus()
    let calls = 0
    bus.once('task.completed', () => {
      calls++
      bus.publishLifecycle('task.completed', completed)
    })
    bus.publishLifecycle('task.completed', completed)
    bus.publishLifecycle('task.completed', completed)
    assert.equal(calls, 1)
  })

  it('happens to everybody when the bus is closed', async () => {
    const { bus } = openBus()
    const unheard = new Unheard()
    bus.on('*', unheard.listener)
    bus.attach({ name: 'queued', on: { '*': unheard.listener } })
    const stream = bus.stream('*')
    bus.close()
    assert.equal(bus.hasListeners('task.completed'), false)
    assert.equal(bus.publishLifecycle('task.completed', completed), undefined)
    bus.emit(bus.factory.lifecycle('task.completed', completed))
    assert.deepEqual(await stream.next(), { done: true, value: undefined })
    assert.equal(bus.stats().phase, 'closed')
    unheard.check()
  })
})

describe('custom events', () => {
  it('are published by their descriptor or, once declared, by name', () => {
    const { bus } = openBus()
    const heard: unknown[] = []
    bus.on(fulfilled, (event) => heard.push(event.payload.orderId))
    bus.on('order.*', (event) => heard.push(event.name))
    bus.publish(fulfilled, { orderId: 1 })
    bus.publish('order.fulfilled', { orderId: 2 })
    assert.deepEqual(heard, [1, 'order.fulfilled', 2, 'order.fulfilled'])
    assert.deepEqual(bus.customEvents, [fulfilled])
  })

  it('reach listeners on *', () => {
    const { bus } = openBus()
    let orderId: number | undefined
    bus.on('*', (event) => {
      if (fulfilled.is(event)) orderId = event.payload.orderId
    })
    bus.publish(fulfilled, { orderId: 7 })
    assert.equal(orderId, 7)
  })

  it('that were not declared are refused, with the nearest that was', () => {
    const { bus } = openBus()
    bus.declare(fulfilled)
    assert.throws(() => bus.publish('order.fulfiled', {}), /Did you mean "order.fulfilled"/)
    assert.throws(() => bus.publish('toString'), UnknownEventError)
  })

  it('of reserved families are refused, whether or not they exist', () => {
    const { bus } = openBus()
    const unheard = new Unheard()
    bus.on('*', unheard.listener)
    for (const name of ['task.completed', 'step.mine', 'registry.x', 'test.event']) {
      assert.throws(() => bus.publish(name, {}), ReservedEventFamilyError, name)
    }
    unheard.check()
  })

  it('may be declared twice alike, not twice differently', () => {
    const { bus } = openBus()
    bus.declare(fulfilled)
    bus.declare(defineEvent('order.fulfilled', Type.Object({ orderId: Type.Integer() })))
    assert.throws(() => bus.declare(defineEvent('order.fulfilled', undefined, { durable: true })), DuplicateEventError)
    assert.equal(bus.customEvents.length, 1)
  })
})

describe('validation on the bus', () => {
  const wrong = { ...completed, durationMs: -1 }

  it('throws to the publisher, and nothing is heard, whether or not somebody listens', () => {
    const { bus } = openBus()
    bus.declare(fulfilled)
    assert.throws(() => bus.publishLifecycle('task.completed', wrong), InvalidEventPayloadError)
    assert.throws(() => bus.publish('order.fulfilled', { orderId: 1.5 }), InvalidEventPayloadError)
    const unheard = new Unheard()
    bus.on('*', unheard.listener)
    assert.throws(() => bus.publishLifecycle('task.completed', wrong), InvalidEventPayloadError)
    assert.throws(() => bus.publish(fulfilled, { orderId: 1.5 }), InvalidEventPayloadError)
    assert.throws(() => bus.factory.lifecycle('task.completed', wrong), InvalidEventPayloadError)
    unheard.check()
  })

  it('can be turned off', () => {
    const { bus } = openBus({ validatePayloads: false })
    let calls = 0
    bus.on('*', () => calls++)
    bus.publishLifecycle('task.completed', wrong)
    assert.equal(calls, 1)
  })
})

describe('before the bus is opened', () => {
  it('events are held, then delivered in order to whoever came meanwhile, and what they set off comes after', () => {
    const bus = new EventBus()
    const heard: unknown[] = []
    bus.publishLifecycle('task.completed', completed, { taskId: '1' })
    bus.publishLifecycle('task.completed', completed, { taskId: '2' })
    bus.on('task.completed', ({ taskId }) => {
      heard.push(taskId)
      if (taskId === '1') bus.publishLifecycle('task.completed', completed, { taskId: '3' })
    })
    assert.equal(bus.hasListeners('step.failed'), true)
    assert.equal(bus.stats().held, 2)
    bus.open()
    bus.open()
    assert.deepEqual(heard, ['1', '2', '3'])
    bus.publishLifecycle('task.completed', completed, { taskId: '4' })
    assert.equal(heard.length, 4)
    assert.deepEqual(bus.stats().held, 0)
  })

  it('only so many are held: the oldest go, counted and reported', () => {
    const bus = new EventBus({ holdSize: 2 })
    const dropped: (string | undefined)[] = []
    const heard: unknown[] = []
    bus.onError(({ kind, event }) => dropped.push(`${kind} ${event?.taskId}`))
    for (const taskId of ['1', '2', '3']) bus.publishLifecycle('task.completed', completed, { taskId })
    bus.on('*', ({ taskId }) => heard.push(taskId))
    bus.open()
    assert.deepEqual(heard, ['2', '3'])
    assert.deepEqual(dropped, ['overflowed 1'])
    assert.equal(bus.stats().droppedWhileHeld, 1)
  })

  it('custom events may be listened to before they are declared; what nobody declared is reported on opening', () => {
    const bus = new EventBus()
    const reports: string[] = []
    const heard: unknown[] = []
    bus.onError(({ kind, subscriber, error }) => reports.push(`${kind} ${subscriber}: ${error}`))
    bus.on('order.*', (event) => heard.push(event.name), { name: 'orders' })
    bus.on('invoice.sent', () => {}, { name: 'invoices' })
    const typo: string = 'step.exploded'
    assert.throws(() => bus.on(typo, () => {}), UnknownEventError)
    bus.declare(fulfilled)
    bus.open()
    bus.publish(fulfilled, { orderId: 1 })
    assert.deepEqual(heard, ['order.fulfilled'])
    assert.equal(reports.length, 1)
    assert.match(reports[0]!, /^unknown_event invoices: .*"invoice.sent"/)
  })
})
