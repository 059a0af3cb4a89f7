import assert from 'node:assert/strict'
import { currentContext, runWithContext } from '../../../core/bus/correlation-context.js'
import { defineEvent } from '../../../core/events/custom-event.js'
import type { EventEnvelope } from '../../../core/events/envelope.js'
import { completed, openBus, settled } from './bus-under-test.js'

const effect = defineEvent('effect.seen')

function recording() {
  const { bus } = openBus()
  const effects: EventEnvelope[] = []
  bus.on(effect, (event) => effects.push(event))
  const cause = (): EventEnvelope =>
    bus.publishLifecycle('task.completed', completed, { correlationId: 'request', taskId: 't', stepId: 's' })!
  return { bus, effects, cause }
}

describe('correlation', () => {
  it('is made up where there is none', () => {
    const { bus } = openBus()
    bus.on('*', () => {})
    const [one, other] = [1, 2].map(() => bus.publishLifecycle('task.completed', completed))
    assert.notEqual(one?.correlationId, other?.correlationId)
    assert.equal(one?.causationId, undefined)
    assert.equal(currentContext(), undefined)
  })

  it('comes from the context, also after an await, unless the publisher says otherwise', async () => {
    const { bus } = openBus()
    bus.declare(effect)
    bus.on('*', () => {})
    const context = { correlationId: 'request', causationId: 'cause', taskId: 't', stepId: 's' }
    await runWithContext(context, async () => {
      await settled()
      const { correlationId, causationId, taskId, stepId } = bus.publish(effect, null)!
      assert.deepEqual({ correlationId, causationId, taskId, stepId }, context)
      const own = { correlationId: 'own', causationId: 'own cause', taskId: 'own task' }
      const other = bus.publish(effect, null, own)!
      assert.deepEqual(
        { correlationId: other.correlationId, causationId: other.causationId, taskId: other.taskId },
        own,
      )
      assert.equal(other.stepId, undefined, 'the step of another task')
    })
  })

  it('gives a lifecycle event no task or step that its publisher did not name', () => {
    const { bus } = openBus()
    bus.on('*', () => {})
    const event = runWithContext({ correlationId: 'request', taskId: 't', stepId: 's' }, () =>
      bus.publishLifecycle('task.completed', completed, { taskId: 'other' }),
    )
    assert.deepEqual([event?.correlationId, event?.taskId, event?.stepId], ['request', 'other', undefined])
  })

  for (const [what, listen] of [
    ['a listener', (bus, act) => bus.on('task.completed', () => act())],
    [
      'an async listener, after an await',
      (bus, act) =>
        bus.on('task.completed', async () => {
          await settled()
          act()
        }),
    ],
    ['a subscriber', (bus, act) => bus.attach({ name: 'one', on: { 'task.completed': () => act() } })],
    [
      'a subscriber, after an await',
      (bus, act) =>
        bus.attach({
          name: 'one',
          on: {
            'task.completed': async () => {
              await settled()
              act()
            },
          },
        }),
    ],
  ] as readonly [string, (bus: ReturnType<typeof recording>['bus'], act: () => unknown) => unknown][]) {
    it(`makes what ${what} publishes an effect of the event, in the same correlation`, async () => {
      const { bus, effects, cause } = recording()
      listen(bus, () => bus.publish(effect, null))
      const event = cause()
      await bus.drain()
      const [published] = effects
      assert.equal(published?.causationId, event.id)
      assert.equal(published?.correlationId, 'request')
      assert.equal(published?.taskId, 't')
      assert.equal(published?.stepId, 's')
      assert.equal(currentContext(), undefined)
    })
  }

  it('follows chains: each event is caused by the last', () => {
    const { bus } = openBus()
    const last = defineEvent('effect.last')
    const heard: EventEnvelope[] = []
    bus.on('*', (event) => heard.push(event as EventEnvelope))
    bus.on('task.completed', () => bus.publish(effect, null))
    bus.on(effect, () => bus.publish(last, null))
    bus.publishLifecycle('task.completed', completed)
    const byName = new Map(heard.map((event) => [event.name, event]))
    assert.equal(byName.get('effect.last')?.causationId, byName.get('effect.seen')?.id)
    assert.equal(byName.get('effect.seen')?.causationId, byName.get('task.completed')?.id)
    assert.equal(new Set(heard.map(({ correlationId }) => correlationId)).size, 1)
  })

  it('is that of the innermost context, in a listener too', () => {
    const { bus, effects, cause } = recording()
    bus.on('task.completed', () => runWithContext({ correlationId: 'inner' }, () => bus.publish(effect, null)))
    cause()
    assert.equal(effects[0]?.correlationId, 'inner')
    assert.equal(effects[0]?.causationId, undefined)
  })

  it('of a listener that throws does not stay behind', () => {
    const { bus, cause } = recording()
    bus.on('task.completed', () => {
      throw new Error('broken')
    })
    cause()
    assert.equal(currentContext(), undefined)
  })
})
