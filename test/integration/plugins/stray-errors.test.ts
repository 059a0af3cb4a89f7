import assert from 'node:assert/strict'
import { checkout } from '../../support/docs/generated-section.js'
import { run } from '../../support/docs/readme-project.js'

/** A program that makes an instance with a subscriber, so that errors are watched, and then does something. */
const program = (then: string) => `
  import { createTasker, defineSubscriber } from ${JSON.stringify(`${checkout}/dist/core/index.js`)}
  const subscriber = defineSubscriber({ name: 'audit', on: { 'task.completed': () => {} } })
  const log = { debug() {}, info() {}, warn() {}, error: (_, text) => console.log(text), child: () => log }
  const options = { withoutDatabase: true, logger: log }
  const tasker = await createTasker({ subscribers: [subscriber], discovery: { packages: false } }, options)
  ${then}
`

const outcome = (then: string) => run(checkout, process.execPath, ['--input-type=module', '--eval', program(then)])

describe('An error that nobody awaits', () => {
  it('and that is of the program itself ends the process as it does without Tasker', async () => {
    for (const stray of ["Promise.reject(new Error('mine'))", "setTimeout(() => { throw new Error('mine') })"]) {
      const { code, stderr } = await outcome(`${stray}; setTimeout(() => console.log('alive'), 200)`)
      assert.equal(code, 1)
      assert.match(stderr, /Error: mine/)
    }
  })

  it('goes to the listeners of the program where there are any', async () => {
    const { code, stdout } = await outcome(`
      process.on('unhandledRejection', (error) => console.log('heard ' + error.message))
      Promise.reject(new Error('mine'))
      setTimeout(() => console.log('alive'), 50)`)
    assert.deepEqual([code, stdout], [0, 'heard mine\nalive\n'])
  })

  it('ends the process again once the instance has stopped', async () => {
    const { code, stderr } = await outcome(`await tasker.stop(); Promise.reject(new Error('mine'))`)
    assert.equal(code, 1, stderr)
  })

  it('of a subscriber is brought home to it', async () => {
    const heard = await outcome(`
      tasker.events.onError(({ kind, subscriber, error }) => console.log(kind, subscriber, error.message))
      const { defineEvent } = await import(${JSON.stringify(`${checkout}/dist/core/index.js`)})
      const ping = defineEvent('shop.ping')
      tasker.events.declare(ping)
      tasker.subscribers.register(defineSubscriber({
        name: 'pager', on: { 'shop.ping': () => void setTimeout(() => { throw new Error('no pager') }) },
      }))
      tasker.events.publish('shop.ping')
      setTimeout(() => console.log('alive'), 100)`)
    assert.equal(heard.code, 0, heard.stderr)
    assert.match(heard.stdout, /strayed pager no pager\nalive\n$/)
  })

  it('of a durable subscriber is brought home to it as well', async () => {
    const { code, stdout, stderr } = await run(checkout, process.execPath, ['--input-type=module', '--eval', durable])
    assert.equal(code, 0, stderr)
    assert.equal(stdout, 'subscriber pager left an error behind that nobody awaits\ncomplete\n')
  })
})

const durable = `
  import { createTasker, defineSubscriber, defineTask } from ${JSON.stringify(`${checkout}/dist/core/index.js`)}
  const ping = defineTask({ name: 'ping' }).step('answer', async () => 1)
  const left = Promise.withResolvers()
  const pager = defineSubscriber({ name: 'pager', durable: true, on: { 'task.completed': () => void Promise.reject(new Error('no pager')) } })
  const error = (_, text) => { console.log(text); left.resolve() }
  const log = { debug() {}, info() {}, warn() {}, error, child: () => log }
  const config = { database: { path: ':memory:' }, handlers: [ping], subscribers: [pager], discovery: { packages: false } }
  const tasker = await createTasker(config, { logger: log })
  await tasker.start()
  const { state } = await tasker.tasks.wait(await tasker.tasks.create(ping))
  await left.promise
  console.log(state)
  await tasker.stop()
`
