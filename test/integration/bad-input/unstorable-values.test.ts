import assert from 'node:assert/strict'
import { Type } from 'typebox'
import {
  createTasker,
  defineEvent,
  defineTask,
  type Tasker,
  type TaskerEvent,
  type TaskRecord,
} from '../../../core/index.js'
import { keepingLogger, rejection } from './bad-project.js'

const cycle: { readonly inner: { self?: object } } = { inner: {} }
cycle.inner.self = cycle.inner

function nested(depth: number): object {
  let value = {}
  for (let level = 0; level < depth; level++) value = { value }
  return value
}

/** What cannot be stored, where in it the fault is, and how messages say it. */
const unstorable: Readonly<Record<string, { readonly value: unknown; readonly path: string; readonly says: RegExp }>> =
  {
    'a NUL character': { value: { lines: ['fine', 'a\0b'] }, path: 'lines[1]', says: /a text with a NUL character/ },
    'a NUL character in a key': { value: { 'a\0b': 1 }, path: '', says: /it is an object that has a key with a NUL/ },
    'a lone surrogate': {
      value: { note: { text: 'cut \ud83d' } },
      path: 'note.text',
      says: /a text with a lone surrogate/,
    },
    '50 MB': {
      value: { blob: 'x'.repeat(50_000_000) },
      path: '',
      says: /is 50000011 bytes of JSON, more than the limit/,
    },
    'a bigint': {
      value: { rows: [{ id: 1n }] },
      path: 'rows[0].id',
      says: /a bigint, which JSON cannot hold: make it a string/,
    },
    'a cycle': { value: cycle, path: 'inner.self', says: /an object that contains itself/ },
    'a function': { value: { run: () => 1 }, path: 'run', says: /a function, which JSON cannot hold/ },
    'a symbol': { value: Symbol('order'), path: '', says: /it is a symbol/ },
    'a number that is none': { value: { price: Number.NaN }, path: 'price', says: /NaN, which JSON cannot hold/ },
    'a Map': { value: { prices: new Map([['a', 1]]) }, path: 'prices', says: /a Map, which JSON would lose/ },
    'a Promise': {
      value: { total: Promise.resolve(1) },
      path: 'total',
      says: /a Promise, which JSON would lose: await it/,
    },
    'a toJSON that throws': {
      value: {
        order: {
          toJSON() {
            throw new Error('not loaded')
          },
        },
      },
      path: '',
      says: /fails on: not loaded/,
    },
    'too many levels': { value: nested(50_000), path: '', says: /too deep/ },
  }

const fulfilled = defineEvent('order.fulfilled', Type.Object({ orderId: Type.Integer() }), { durable: true })
const noted = defineEvent('order.noted', undefined, { durable: true })
const later = { runAt: new Date(Date.now() + 3_600_000) }

const ok = defineTask({ name: 'ok' }).step('only', async () => 1)
const typed = defineTask({ name: 'typed', context: Type.Object({ orderId: Type.Integer() }) }).step(
  'only',
  async () => 1,
)
const returning = Object.entries(unstorable).map(([what, { value }], index) => ({
  what,
  task: defineTask({ name: `returning_${index}` })
    .step('other', async () => 'fine')
    .step('bad', async () => value)
    .step('after', { dependsOn: ['bad'] }, async () => 1),
}))
let attempts = 0
const announcing = defineTask({ name: 'announcing' }).step('announce', async ({ publish }) => {
  attempts++
  publish('order.noted', { lines: ['a\0b'] })
})
const misfit = defineTask({ name: 'misfit' }).step(
  'measure',
  { results: Type.Object({ size: Type.Integer() }) },
  async () => ({
    size: 'large' as never,
  }),
)

describe('What cannot be stored', () => {
  let tasker: Tasker
  const failures: TaskerEvent<'workflow.step_execution_failed'>[] = []
  const created: string[] = []
  const announced: unknown[] = []

  before(async () => {
    const handlers = [ok, typed, announcing, misfit, ...returning.map(({ task }) => task)]
    tasker = await createTasker(
      {
        database: { path: ':memory:' },
        handlers,
        customEvents: [fulfilled, noted],
        backoff: { delaysMs: [1], jitter: 0 },
        discovery: { packages: false, disable: ['logging'] },
      },
      { logger: keepingLogger() },
    )
    tasker.events.on('workflow.step_execution_failed', (event) => void failures.push(event))
    tasker.events.on('task.initialize_requested', (event) => void created.push(event.payload.taskName))
    tasker.events.on(noted, (event) => void announced.push(event.payload))
    await tasker.start()
  })
  after(() => tasker?.stop())

  const rows = async () => Object.values(await tasker.tasks.count()).reduce((sum, count) => sum + count, 0)
  const ended = async (task: TaskRecord) => tasker.tasks.wait(task, { timeoutMs: 10_000 })

  describe('is refused as the context of a task, and no task is created:', () => {
    for (const [what, { value, path, says }] of Object.entries(unstorable)) {
      it(what, async () => {
        const [before, events] = [await rows(), created.length]
        const error = await rejection(tasker.tasks.create(ok, { context: value }))
        assert.equal(error.code, 'NOT_STORABLE')
        assert.equal(error.details.path, path)
        assert.match(error.message, /^The context for default\.ok@0\.1\.0 cannot be stored: /)
        assert.match(error.message, says)
        assert.deepEqual([await rows(), created.length], [before, events])
      })
    }

    it('what does not fit the schema of the context', async () => {
      const before = await rows()
      const error = await rejection(tasker.tasks.create(typed, { context: { orderId: 'seven' as never } }))
      assert.equal(error.code, 'CONTEXT_INVALID')
      assert.match(
        error.message,
        /default\.typed@0\.1\.0.*no task was created:\n {2}context\.orderId: must be integer\n/,
      )
      assert.equal(await rows(), before)
    })
  })

  describe('is refused in the request for a task, and no task is created:', () => {
    const requests: Readonly<Record<string, readonly [options: object, code: string, says: RegExp]>> = {
      'a text with a NUL character': [{ initiator: 'a\0' }, 'NOT_STORABLE', /initiator is a text with a NUL/],
      'a list with a lone surrogate': [{ tags: ['fine', '\udc00'] }, 'NOT_STORABLE', /tags\[1\] is a text with a lone/],
      'a time that is none': [{ runAt: 'tomorrow' }, 'INVALID_TASK_REQUEST', /\n {2}runAt must be a Date.*"tomorrow"/],
      'a member that does not exist': [
        { initator: 'me' },
        'INVALID_TASK_REQUEST',
        /initator is not known; did you mean "initiator"\?/,
      ],
      'a member of the wrong type': [
        { tags: 'urgent' },
        'INVALID_TASK_REQUEST',
        /tags must be a list of texts; received "urgent"/,
      ],
      'a priority that does not fit': [{ priority: 1e12 }, 'INVALID_TASK_REQUEST', /priority must be a whole number/],
      'a time-out in the past': [{ timeoutMs: -1 }, 'INVALID_TASK_REQUEST', /timeoutMs must be milliseconds/],
      'a step to bypass that does not exist': [{ bypassSteps: ['onyl'] }, 'BYPASS_REFUSED', /there is no step onyl/],
    }
    for (const [what, [options, code, says]] of Object.entries(requests)) {
      it(what, async () => {
        const before = await rows()
        const error = await rejection(tasker.tasks.create(ok, options))
        assert.equal(error.code, code)
        assert.match(error.message, says)
        assert.equal(await rows(), before)
      })
    }

    it('no name, or nothing at all', async () => {
      for (const request of [{}, null, 'ok']) {
        assert.equal((await rejection(tasker.tasks.create(request as never))).code, 'INVALID_TASK_REQUEST')
      }
    })
  })

  describe('is refused as the results that a person resolves a step with, and the step stays as it is:', () => {
    let waiting: TaskRecord
    before(async () => {
      waiting = await tasker.tasks.create(ok, later)
    })

    for (const [what, { value, path, says }] of Object.entries(unstorable)) {
      it(what, async () => {
        const step = { task: waiting, step: 'only' }
        const error = await rejection(tasker.steps.resolve(step, { results: value, reason: 'by hand' }))
        assert.equal(error.code, 'NOT_STORABLE')
        assert.equal(error.details.path, path)
        assert.match(error.message, says)
        assert.equal((await tasker.steps.get(step)).state, 'pending')
      })
    }

    it('a reason or an actor', async () => {
      const reason = await rejection(tasker.tasks.cancel(waiting, { reason: 'no\0' }))
      assert.match(reason.message, /reason is a text with a NUL/)
      const actor = await rejection(tasker.tasks.cancel(waiting, { actor: { id: '\ud800', kind: 'person' } }))
      assert.match(actor.message, /actor\.id is a text with a lone/)
      assert.equal((await tasker.tasks.get(waiting))?.state, 'pending')
    })
  })

  describe('fails the step that returns it, for good and at the first attempt:', () => {
    for (const [index, { what, task }] of returning.entries()) {
      it(what, async () => {
        const { path, says } = unstorable[what]!
        const done = await ended(await tasker.tasks.create(task))
        assert.equal(done.state, 'error')
        const { other, bad, after } = Object.fromEntries(done.steps.map((step) => [step.name, step]))
        assert.deepEqual([other?.state, bad?.state, after?.state], ['complete', 'error', 'pending'])
        assert.equal(bad?.attempts, 1)
        assert.equal(bad?.error?.code, 'NOT_STORABLE')
        assert.equal(bad?.error?.retryable, false)
        assert.match(bad!.error!.message, says)
        if (path !== '') assert.ok(bad!.error!.message.includes(`: ${path} is `))
        const told = failures.filter(({ payload }) => payload.taskName === `returning_${index}`)
        assert.deepEqual(
          told.map(({ payload }) => [payload.stepName, payload.error.code]),
          [['bad', 'NOT_STORABLE']],
        )
      })
    }

    it('results that do not fit the schema of their step', async () => {
      const done = await ended(await tasker.tasks.create(misfit))
      assert.equal(done.steps[0]?.attempts, 1)
      assert.equal(done.steps[0]?.error?.code, 'RESULTS_INVALID')
      assert.match(done.steps[0]!.error!.message, /step measure.*results\.size: must be integer/)
    })

    it('and other tasks go on', async () => {
      assert.equal((await ended(await tasker.tasks.create(ok))).state, 'complete')
    })
  })

  describe('is refused as the payload of a custom event:', () => {
    it('in a step, which fails for good, and nothing is announced', async () => {
      const done = await ended(await tasker.tasks.create(announcing))
      assert.equal(done.state, 'error')
      assert.equal(done.steps[0]?.error?.code, 'NOT_STORABLE')
      assert.match(
        done.steps[0]!.error!.message,
        /^The payload of order\.noted cannot be stored: lines\[0\] is a text with a NUL/,
      )
      assert.deepEqual([attempts, announced.length], [1, 0])
    })

    it('what does not fit the schema of the event', () => {
      assert.throws(() => tasker.events.publish('order.fulfilled', { orderId: 'x' }), {
        code: 'INVALID_EVENT_PAYLOAD',
        message: /"order\.fulfilled" does not fit its schema at orderId.*`tasker events show order\.fulfilled`/,
      })
    })
  })
})
