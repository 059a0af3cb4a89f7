import assert from 'node:assert/strict'
import { definePlugin, defineTask, type Queue, type TaskerError } from '../../../core/index.js'
import { createTestTasker } from '../../../core/testing/index.js'

const task = defineTask({ name: 'one' }).step('only', async () => null)
const inAMinute = () => ({ runAt: new Date(Date.now() + 60_000) })

describe('A plugin', () => {
  it('provides the queue that the kernel uses, opened before it is asked and stopped with the worker', async () => {
    const calls: string[] = []
    const plugin = providing('own', recording('paper', calls))
    const t = await createTestTasker({ handlers: [task], plugins: [plugin], clock: 'system' })
    const { id, dueAt, priority } = await t.tasks.create(task, { ...inAMinute(), priority: 7 })
    await t.stop()
    assert.deepEqual(calls, [
      'open',
      'start',
      `wake ${JSON.stringify([{ taskId: id, runAt: dueAt, kind: 'default.one@0.1.0', priority }])}`,
      'stop',
    ])
    assert.equal(t.events.of('observability.task.enqueue')[0]?.payload.queue, 'paper')
  })

  it('gives way to another one where it provides a default, whichever comes first', async () => {
    for (const reversed of [false, true]) {
      const calls: string[] = []
      const plugins = [
        providing('a', recording('a', calls), { asDefault: true }),
        providing('b', recording('b', calls)),
      ]
      const ordered = reversed ? plugins.toReversed() : plugins
      const t = await createTestTasker({ handlers: [task], plugins: ordered, clock: 'system' })
      await t.tasks.create(task, inAMinute())
      await t.stop()
      assert.equal(t.events.of('observability.task.enqueue')[0]?.payload.queue, 'b')
    }
  })

  it('is refused a second queue, one that is none, and one that comes too late', async () => {
    const two = [providing('a', recording('paper', [])), providing('b', recording('stone', []))]
    await assert.rejects(boot(two), refusal('QUEUE_REFUSED', /plugin b was refused: plugin a provides paper already/))
    const none = providing('a', { name: 'half', isTransactional: false } as unknown as Queue)
    await assert.rejects(boot([none]), refusal('QUEUE_REFUSED', /it is no queue.*`wake`, a function, `start`/))
    let provide: ((queue: Queue) => void) | undefined
    const late = definePlugin({
      name: 'late',
      version: '1.0.0',
      setup: ({ queue }) => {
        provide = (late) => queue.provide(late)
      },
    })
    await using t = await createTestTasker({ plugins: [late], clock: 'system' })
    assert.equal(t.state, 'running')
    assert.throws(() => provide!(recording('paper', [])), { code: 'QUEUE_REFUSED' })
  })

  it('ends the boot, named with its queue, where that cannot be opened', async () => {
    const broken: Queue = {
      ...recording('paper', []),
      open: async () => {
        throw new Error('out of ink')
      },
    }
    await assert.rejects(
      boot([providing('own', broken)]),
      refusal('QUEUE_FAILED', /Queue paper.*out of ink.*plugin own/),
    )
  })

  it('does not change the queue under a virtual clock', async () => {
    const calls: string[] = []
    await using t = await createTestTasker({ handlers: [task], plugins: [providing('own', recording('paper', calls))] })
    await t.tasks.create(task, { runAt: new Date(t.clock.now() + 1_000) })
    await t.clock.advance('2s')
    assert.deepEqual(calls, [])
    assert.equal(t.events.of('observability.task.enqueue')[0]?.payload.queue, 'memory')
  })
})

function providing(name: string, queue: Queue, options?: { readonly asDefault: boolean }) {
  return definePlugin({ name, version: '1.0.0', setup: (context) => context.queue.provide(queue, options) })
}

function recording(name: string, calls: string[]): Queue {
  return {
    name,
    isTransactional: false,
    open: async () => void calls.push('open'),
    wake: async (_transaction, wakeUps) => void calls.push(`wake ${JSON.stringify(wakeUps)}`),
    start: async () => void calls.push('start'),
    stop: async () => void calls.push('stop'),
  }
}

async function boot(plugins: readonly ReturnType<typeof definePlugin>[]): Promise<void> {
  const t = await createTestTasker({ plugins: [...plugins], clock: 'system' })
  await t.stop()
}

function refusal(code: string, message: RegExp) {
  return (error: TaskerError): boolean => {
    const reason = error.code === 'PLUGIN_FAILED' ? (error.cause as TaskerError) : error
    assert.equal(reason.code, code)
    assert.match(reason.message, message)
    return true
  }
}
