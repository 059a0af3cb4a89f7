import 'reflect-metadata'
import assert from 'node:assert/strict'
import { container, inject } from 'tsyringe'
import { EXPORTER_BRAND } from '../../../core/contracts/exporter.js'
import { PLUGIN_BRAND } from '../../../core/contracts/plugin.js'
import { SUBSCRIBER_BRAND, type SubscriberContext } from '../../../core/contracts/subscriber.js'
import { defineExporter } from '../../../core/definition/define-exporter.js'
import { definePlugin } from '../../../core/definition/define-plugin.js'
import { defineSubscriber } from '../../../core/definition/define-subscriber.js'
import { on, subscriber } from '../../../core/definition/subscriber-decorators.js'
import { isSubscriberClass, subscriberFromClass } from '../../../core/definition/subscriber-from-class.js'
import { InvalidExtensionError } from '../../../core/errors/definition-errors.js'
import { defineEvent } from '../../../core/events/custom-event.js'

const event = (name: string) => ({ name }) as never
const context = {} as SubscriberContext

describe('defineSubscriber', () => {
  it('gives a frozen, branded definition', () => {
    const handler = () => 1
    const made = defineSubscriber({ name: 'x', on: { 'task.*': handler } })
    assert.equal(made[SUBSCRIBER_BRAND], true)
    assert.equal(made.durable, false)
    assert.equal(made.on['task.*'], handler)
    assert.throws(() => Object.assign(made.on, { y: 1 }), TypeError)
  })

  it('refuses no name, no events and no functions', () => {
    for (const bad of [{ on: { '*': () => 1 } }, { name: 'x' }, { name: 'x', on: {} }, { name: 'x', on: { '*': 1 } }]) {
      assert.throws(() => defineSubscriber(bad as never), InvalidExtensionError)
    }
  })
})

describe('a class with @subscriber', () => {
  const LIST = Symbol('list')
  const shipped = defineEvent('order.shipped')

  @subscriber({ name: 'base', queueSize: 5 })
  class Base {
    constructor(@inject(LIST) readonly heard: string[]) {}

    @on('task.completed', 'task.failed')
    record(event: { readonly name: string }) {
      this.heard.push(`record ${event.name}`)
    }

    @on('step.*')
    step(event: { readonly name: string }) {
      this.heard.push(`step ${event.name}`)
    }
  }

  @subscriber({ name: 'child' })
  class Child extends Base {
    override record(event: { readonly name: string }) {
      this.heard.push(`child ${event.name}`)
    }

    @on('step.completed', shipped)
    override step(event: { readonly name: string }) {
      super.step(event)
    }

    @on('task.failed')
    fails(): void {
      throw new Error('broken')
    }
  }

  const build = <T extends object>(cls: new (heard: string[]) => T) => {
    const child = container.createChildContainer()
    child.registerInstance(LIST, [])
    const instance = child.resolve(cls)
    return { instance, made: subscriberFromClass(cls, instance) }
  }

  it('is built by the container and hears with its methods', async () => {
    const { instance, made } = build(Base)
    assert.deepEqual(Object.keys(made.on), ['task.completed', 'task.failed', 'step.*'])
    assert.deepEqual([made.name, made.queueSize, made.durable], ['base', 5, false])
    await made.on['task.failed']?.(event('task.failed'), context)
    await made.on['step.*']?.(event('step.failed'), context)
    assert.deepEqual(instance.heard, ['record task.failed', 'step step.failed'])
  })

  it('inherits methods, with the patterns of those it does not decorate anew', async () => {
    const { instance, made } = build(Child)
    assert.deepEqual(Object.keys(made.on), ['task.completed', 'task.failed', 'step.completed', 'order.shipped'])
    await made.on['task.completed']?.(event('task.completed'), context)
    await made.on['order.shipped']?.(event('order.shipped'), context)
    assert.deepEqual(instance.heard, ['child task.completed', 'step order.shipped'])
    assert.deepEqual(Object.keys(build(Base).made.on), ['task.completed', 'task.failed', 'step.*'])
  })

  it('calls all methods of one pattern, and says what failed', async () => {
    const { instance, made } = build(Child)
    await assert.rejects(async () => made.on['task.failed']?.(event('task.failed'), context), /broken/)
    assert.deepEqual(instance.heard, ['child task.failed'])
  })

  it('waits for all methods of one pattern and gathers their errors', async () => {
    let settled = 0
    @subscriber({ name: 'many' })
    class Many {
      @on('task.failed')
      first(): void {
        throw new Error('one')
      }

      @on('task.failed')
      async second(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 5))
        settled++
        throw new Error('two')
      }
    }
    const made = subscriberFromClass(Many, new Many())
    await assert.rejects(
      async () => made.on['task.failed']?.(event('task.failed'), context),
      (error: unknown) => error instanceof AggregateError && error.errors.length === 2,
    )
    assert.equal(settled, 1)
  })

  it('needs a method with @on, and a decorator of its own', () => {
    assert.throws(() => subscriber({ name: 'x' })(class Silent {}), /Silent listens to nothing/)
    class Bare extends Base {}
    assert.equal(isSubscriberClass(Base), true)
    assert.equal(isSubscriberClass(Bare), false)
    assert.throws(() => subscriberFromClass(Bare, {}), InvalidExtensionError)
  })
})

describe('defineExporter', () => {
  const good = { name: 'x', formats: ['x'], contentType: 'text/plain', fileExtension: 'x', async *export() {} }

  it('gives a frozen, branded exporter', () => {
    const made = defineExporter(good)
    assert.equal(made[EXPORTER_BRAND], true)
    assert.equal((made as unknown as Record<symbol, unknown>)[Symbol.for('tasker.exporter')], true)
    assert.throws(() => (made.formats as string[]).push('y'), TypeError)
  })

  it('refuses no name, no formats and no export', () => {
    for (const bad of [{ name: '' }, { formats: [] }, { formats: 'x' }, { export: undefined }]) {
      assert.throws(() => defineExporter({ ...good, ...bad } as never), InvalidExtensionError)
    }
  })
})

describe('definePlugin', () => {
  it('gives a frozen, branded plugin and runs nothing', () => {
    const made = definePlugin({ name: 'x', version: '1.0.0', setup: () => assert.fail() })
    assert.equal(made[PLUGIN_BRAND], true)
    assert.equal(Object.isFrozen(made), true)
  })

  it('refuses no name, no version and phases that cannot be called', () => {
    for (const bad of [{ name: '' }, { version: undefined }, { start: 1 }]) {
      assert.throws(() => definePlugin({ name: 'x', version: '1.0.0', ...bad } as never), InvalidExtensionError)
    }
  })
})
