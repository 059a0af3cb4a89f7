import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTasker, defineEvent, defineSubscriber, defineTask, type Tasker } from '../../../core/index.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { keepingLogger } from './bad-project.js'

const ping = defineTask({ name: 'ping' }).step('answer', async () => 'pong')
const pong = defineTask({ name: 'pong' }).step('answer', async () => 'ping')
const inMemory = { database: { path: ':memory:' }, discovery: { packages: false, disable: ['logging'] } }
const create = (config: Parameters<typeof createTasker>[0] = inMemory) =>
  createTasker(config, { logger: keepingLogger() })

describe('An instance', () => {
  it('starts and stops once, whoever asks and however often', async () => {
    const tasker = await create()
    const [first, again] = [tasker.start(), tasker.start()]
    assert.equal(first, again)
    await first
    assert.equal(tasker.state, 'running')
    const [stopped, stoppedAgain] = [tasker.stop(), tasker.stop()]
    assert.equal(stopped, stoppedAgain)
    await stopped
    await tasker.stop()
    assert.equal(tasker.state, 'stopped')
  })

  it('can be stopped before it was started, and while it starts', async () => {
    await using project = await ProjectOnDisk.with({})
    const config = { ...inMemory, database: { path: project.path('db') } }
    const unstarted = await create(config)
    await unstarted.stop()
    assert.equal(unstarted.state, 'stopped')
    const starting = await create(config)
    const start = starting.start()
    await starting.stop()
    await start
    assert.equal(starting.state, 'stopped')
    // The folder is free again each time.
    await using last = await create(config)
    assert.equal(last.database.isHolder, true)
  })

  it('cannot be started again after it was stopped, and says what to do', async () => {
    const tasker = await create()
    await tasker.stop()
    await assert.rejects(tasker.start(), {
      code: 'WRONG_STATE',
      message:
        'start() cannot be called after stop(): this instance is stopped. Make a new instance with createTasker().',
    })
  })

  it('says that it is stopped to whoever asks it for something afterwards, and keeps nobody waiting', async () => {
    const tasker = await create({ ...inMemory, handlers: [ping] })
    const task = await tasker.tasks.create(ping)
    await tasker.stop()
    const isStopped = { code: 'DATABASE_CLOSED' }
    await assert.rejects(tasker.tasks.create(ping), isStopped)
    await assert.rejects(tasker.tasks.get(task), isStopped)
    await assert.rejects(tasker.tasks.list(), isStopped)
    await assert.rejects(tasker.tasks.cancel(task), isStopped)
    await assert.rejects(tasker.exports.run({ source: 'tasks', format: 'json' }), isStopped)
  })

  it('is stopped at the end of its block by `await using`', async () => {
    let kept: Tasker
    {
      await using tasker = await create()
      await tasker.start()
      kept = tasker
    }
    assert.equal(kept.state, 'stopped')
  })
})

describe('An instance without a database', () => {
  it('shows what is registered, opens nothing, and refuses what needs stored state', async () => {
    await using project = await ProjectOnDisk.with({})
    const config = { ...inMemory, database: { path: project.path('db') }, handlers: [ping] }
    const logger = keepingLogger()
    const tasker = await createTasker(config, { logger, withoutDatabase: true })
    assert.deepEqual(
      tasker.handlers.list().map(({ key }) => key),
      ['default.ping@0.1.0'],
    )
    const refused = { code: 'DATABASE_NOT_OPENED', message: /needs the database.*without the option withoutDatabase/ }
    await assert.rejects(tasker.tasks.list(), refused)
    await assert.rejects(tasker.tasks.create(ping), refused)
    await assert.rejects(tasker.database.migrationStatus(), refused)
    await assert.rejects(tasker.start(), refused)
    await tasker.stop()
    assert.deepEqual(await readdir(project.directory), [])
    assert.deepEqual(logger.lines, [])
  })
})

describe('Two instances in one process', () => {
  const shipped = defineEvent('order.shipped')
  let left: Tasker
  let right: Tasker

  before(async () => {
    left = await create({ ...inMemory, handlers: [ping], customEvents: [shipped] })
    right = await create({ ...inMemory, handlers: [pong], execution: { concurrentTasks: 3 } })
    await Promise.all([left.start(), right.start()])
  })
  after(() => Promise.all([left?.stop(), right?.stop()]))

  it('share no bus, no events, no registries, no container, no settings, no database and no id', async () => {
    const heard: string[] = []
    right.events.on('*', (event) => void heard.push(event.name))
    const task = await left.tasks.create(ping)
    assert.equal((await left.tasks.wait(task, { timeoutMs: 5_000 })).state, 'complete')
    assert.deepEqual(heard, [])
    assert.equal(await right.tasks.get(task), undefined)
    assert.notEqual(left.workerId, right.workerId)
    const names = (tasker: Tasker) => tasker.handlers.list().map(({ value }) => value.definition.name)
    assert.deepEqual([names(left), names(right)], [['ping'], ['pong']])
    assert.throws(() => right.events.publish('order.shipped'), { code: 'UNKNOWN_EVENT' })
    left.container.register('shop', { useValue: 'left' })
    assert.equal(right.container.isRegistered('shop', true), false)
    assert.notEqual(left.config.values.execution.concurrentTasks, right.config.values.execution.concurrentTasks)
  })

  it('go on when the other one stops', async () => {
    await left.stop()
    const task = await right.tasks.create(pong)
    assert.equal((await right.tasks.wait(task, { timeoutMs: 5_000 })).state, 'complete')
  })
})

describe('A subscriber that', () => {
  const log = keepingLogger()
  let tasker: Tasker
  let release = () => {}

  before(async () => {
    const hanging = new Promise<void>((resolve) => {
      release = resolve
    })
    const write = () => {
      throw new Error('cannot write')
    }
    const send = async () => Promise.reject(new Error('cannot send'))
    const subscribers = [
      defineSubscriber({ name: 'thrower', on: { '*': write } }),
      defineSubscriber({ name: 'rejecter', on: { 'task.*': send } }),
      defineSubscriber({ name: 'hanger', timeoutMs: 100, on: { 'step.*': () => hanging } }),
    ]
    tasker = await createTasker({ ...inMemory, handlers: [ping], subscribers }, { logger: log })
    tasker.events.on('step.completed', function listener() {
      throw new Error('cannot count')
    })
    await tasker.start()
  })
  after(async () => {
    release()
    await tasker?.stop()
  })

  it('throws, rejects or hangs does not disturb the tasks, nor what comes to others', async () => {
    const heard: string[] = []
    const off = tasker.events.on('task.completed', (event) => void heard.push(event.taskId!))
    const tasks = await Promise.all(Array.from({ length: 5 }, () => tasker.tasks.create(ping)))
    const done = await Promise.all(tasks.map((task) => tasker.tasks.wait(task, { timeoutMs: 5_000 })))
    assert.deepEqual([...new Set(done.map(({ state }) => state))], ['complete'])
    assert.deepEqual(heard.toSorted(), tasks.map(({ id }) => id).toSorted())
    off()
  })

  it('fails is named in the log, with its reason', async () => {
    await sleep(250)
    for (const culprit of ['thrower', 'rejecter', 'hanger', 'listener']) {
      const line = log.lines.find(({ message, fields }) => `${message} ${JSON.stringify(fields)}`.includes(culprit))
      assert.ok(line, `nothing in the log about ${culprit}`)
    }
  })
})
