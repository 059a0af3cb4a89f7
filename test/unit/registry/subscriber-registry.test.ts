import assert from 'node:assert/strict'
import type { SubscriberDefinition } from '../../../core/contracts/subscriber.js'
import { SUBSCRIBER_CLASS_BRAND } from '../../../core/contracts/subscriber.js'
import { defineSubscriber } from '../../../core/definition/define-subscriber.js'
import { durableEventNames, lifecycleEventNames } from '../../../core/events/event-catalogue.js'
import { SubscriberRegistry } from '../../../core/registry/subscriber-registry.js'
import { folder, type RecordedPorts, recordedPorts } from './registry-ports.js'

const ignore = () => {}

function subscriber(
  name: string,
  patterns: string[],
  overrides: Partial<SubscriberDefinition> = {},
): SubscriberDefinition {
  return { name, durable: false, on: Object.fromEntries(patterns.map((pattern) => [pattern, ignore])), ...overrides }
}

describe('The subscriber registry', () => {
  let ports: RecordedPorts
  let known: Set<string>
  let durable: Set<string>
  let subscribers: SubscriberRegistry
  const hearing = (event: string) => subscribers.forEvent(event).map(({ name }) => name)
  const problems = (value: unknown) => {
    assert.throws(() => subscribers.register(value as never, { origin: folder('s') }), { code: 'INVALID_REGISTRATION' })
    return ports.payloads('registry.validation_failed').at(-1)!.problems as string[]
  }

  beforeEach(() => {
    ports = recordedPorts()
    known = new Set(lifecycleEventNames)
    durable = new Set(durableEventNames)
    subscribers = new SubscriberRegistry({ ...ports, knownEvents: () => known, durableEvents: () => durable })
  })

  it('announces a subscriber with its events', () => {
    subscribers.register(subscriber('audit', ['task.*', 'step.failed']), { origin: folder('audit.ts') })
    assert.deepEqual(ports.announced, [
      {
        name: 'registry.subscriber_registered',
        payload: { subscriber: 'audit', events: ['task.*', 'step.failed'], durable: false, origin: 'audit.ts' },
      },
    ])
  })

  it('finds subscribers by event, wildcards resolved, in order of registration', () => {
    subscribers.register(subscriber('all', ['*']))
    subscribers.register(subscriber('tasks', ['task.*', 'task.completed']))
    subscribers.register(subscriber('step', ['step.completed']))
    subscribers.register(subscriber('measures', ['observability.step.*']))
    assert.deepEqual(hearing('task.completed'), ['all', 'tasks'])
    assert.deepEqual(hearing('step.completed'), ['all', 'step'])
    assert.deepEqual(hearing('observability.step.handle'), ['all', 'measures'])
    assert.deepEqual(hearing('observability.task.handle'), ['all'])
  })

  it('lists the events covered', () => {
    subscribers.register(subscriber('exports', ['export.failed', 'registry.*']))
    assert.deepEqual(subscribers.eventsCovered(), [
      'export.failed',
      ...lifecycleEventNames.filter((name) => name.startsWith('registry.')),
    ])
    const { eventsCovered, knownEvents, groups } = subscribers.stats()
    assert.deepEqual(
      { eventsCovered, knownEvents, groups },
      { eventsCovered: 6, knownEvents: 56, groups: { 'export.failed': 1, 'registry.*': 1 } },
    )
  })

  it('knows custom events as soon as they are declared', () => {
    const orders = subscriber('orders', ['order.fulfilled', 'order.*'])
    assert.equal(problems(orders).length, 2)
    known.add('order.fulfilled')
    subscribers.register(orders)
    assert.deepEqual(hearing('order.fulfilled'), ['orders'])
  })

  it('refuses an unknown event with the nearest name', () => {
    assert.deepEqual(problems(subscriber('audit', ['task.complete', 'task.failed'])), [
      '`on["task.complete"]` names no event; did you mean "task.completed"? A custom event is declared with ' +
        'defineEvent and listed under customEvents',
    ])
  })

  it('refuses a wildcard that selects nothing with the nearest one', () => {
    assert.match(
      problems(subscriber('audit', ['tasks.*']))[0]!,
      /selects no event; did you mean "task\.\*"\? Wildcards are/,
    )
  })

  describe('offered a durable subscriber', () => {
    const durableOn = (...patterns: string[]) => problems(subscriber('pager', patterns, { durable: true }))

    it('takes names and wildcards with durable members', () => {
      subscribers.register(subscriber('pager', ['task.failed', 'task.*', '*'], { durable: true }))
      assert.deepEqual(hearing('task.failed'), ['pager'])
    })

    it('says why it cannot hear what is only on the bus, and what it can hear instead', () => {
      const [busOnly, ...rest] = durableOn('step.before_handle')
      assert.match(
        busOnly!,
        /`on\["step\.before_handle"\]` is heard on the bus of the process alone, because it is not written/,
      )
      assert.match(busOnly!, /name durable events: step\.initialize_requested, step\.execution_requested,/)
      assert.doesNotMatch(busOnly!, /task\.completed/)
      assert.deepEqual(rest, [])
    })

    it('refuses a wildcard without any durable event', () => {
      assert.match(
        durableOn('workflow.*')[0]!,
        /`on\["workflow\.\*"\]` selects only events that are heard on the bus.*task\.completed/,
      )
    })

    it('reports unknown events as well', () => {
      assert.deepEqual(
        durableOn('task.complete', 'workflow.task_started').map((problem) => problem.split(' ').slice(0, 2).join(' ')),
        ['`on["task.complete"]` names', '`on["workflow.task_started"]` is'],
      )
    })
  })

  describe('offered what is no subscriber', () => {
    it('refuses one that hears nothing', () => {
      assert.deepEqual(problems(subscriber('deaf', [])), ['`on` must name at least one event; found an empty object'])
    })
    it('refuses what is no handler, by its event', () => {
      assert.deepEqual(problems({ name: 'audit', on: { 'task.failed': 'log' } }), [
        '`on["task.failed"]` must be a function (event, context) => unknown; found "log"',
      ])
    })
    it('refuses settings that have no meaning', () => {
      assert.deepEqual(problems({ ...subscriber('audit', ['*']), queueSize: 0, overflow: 'block', timeoutMs: '1s' }), [
        '`queueSize` must be a whole number from 1; found 0',
        '`overflow` must be "drop_oldest" or "drop_newest"; found "block"',
        '`timeoutMs` must be a whole number from 1; found "1s"',
      ])
    })
    it('refuses misspelt options with the nearest one, and those of the other kind, and leaves members of its own alone', () => {
      const on = { 'task.completed': () => {} }
      const made = defineSubscriber({ name: 'made', durable: true, retry: { limits: 3 }, shard: 4, on } as never)
      assert.deepEqual(problems(made), [
        '`shard` is no option of a subscriber; did you mean `shards`?',
        '`retry`: `limits` is no option of a subscriber; did you mean `limit`?',
      ])
      assert.deepEqual(problems(defineSubscriber({ name: 'made', durable: true, queueSize: 5, on })), [
        '`queueSize` has no meaning for a durable subscriber, because what it has not handled waits in the log: leave it out',
      ])
      subscribers.register({ name: 'of a class', durable: true, on, shard: 0 } as never)
      subscribers.register({ ...defineSubscriber({ name: 'more', on }), close: () => {} } as never)
    })

    it('says of a class how it gets here', () => {
      class Audit {}
      assert.match(
        problems(Audit)[0]!,
        /it must be what defineSubscriber gives, or a class with @subscriber; found the class Audit/,
      )
      Object.defineProperty(Audit, SUBSCRIBER_CLASS_BRAND, { value: {} })
      assert.match(problems(Audit)[0]!, /it must be built before.*name it under `subscribers`/)
    })
    it('takes a plain object without a brand that leaves durable out', () => {
      subscribers.register({ name: 'plain', on: { 'task.failed': ignore } } as never)
      assert.equal(ports.payloads('registry.subscriber_registered')[0]!.durable, false)
    })
  })
})
