import assert from 'node:assert/strict'
import { defineTask, isTaskerError, PermanentError, type Tasker, type TaskView } from '../../../core/index.js'
import { Fleet } from '../../fixtures/orchestration/fleet.js'
import { openTestTasker } from '../../support/test-tasker.js'

const rounds = 12

/** Fails at its second step, until a person has it tried again. */
const failing = defineTask({ name: 'failing' })
  .step('load', async () => 1)
  .step('charge', { dependsOn: ['load'] }, async ({ attempt }) => {
    if (attempt === 1) throw new PermanentError('declined')
    return 'charged'
  })
  .step('ship', { dependsOn: ['charge'] }, async ({ results }) => ({ shipped: results.charge }))

type Say = (tasker: Tasker, taskId: string, actor: { readonly id: string; readonly kind: 'person' }) => Promise<unknown>

/** What two people say at the same moment of a task in error, of which only one can be right. */
const races: readonly { readonly title: string; readonly one: Say; readonly other: Say }[] = [
  {
    title: 'cancelling it and resolving it',
    one: ({ tasks }, id, actor) => tasks.cancel(id, { actor }),
    other: ({ tasks }, id, actor) => tasks.resolve(id, { actor }),
  },
  {
    title: 'cancelling it twice',
    one: ({ tasks }, id, actor) => tasks.cancel(id, { actor }),
    other: ({ tasks }, id, actor) => tasks.cancel(id, { actor }),
  },
  {
    title: 'resolving its step with different results',
    one: ({ steps }, task, actor) => steps.resolve({ task, step: 'charge' }, { actor, results: 'by one' }),
    other: ({ steps }, task, actor) => steps.resolve({ task, step: 'charge' }, { actor, results: 'by other' }),
  },
  {
    title: 'resolving it and resolving its step',
    one: ({ tasks }, id, actor) => tasks.resolve(id, { actor }),
    other: ({ steps }, task, actor) => steps.resolve({ task, step: 'ship' }, { actor, results: 'delivered' }),
  },
]

describe('Two people who say different things at once', function () {
  this.timeout(120_000)
  let close: () => Promise<unknown>
  /** Two workers on a server, whoever of them owns the task; one where the database admits only one. */
  let workers: readonly [Tasker, Tasker]

  before(async () => {
    const fleet = await Fleet.open()
    if (fleet === undefined) {
      const t = await openTestTasker({ handlers: [failing], clock: 'system' })
      workers = [t, t]
      close = () => t.stop()
    } else {
      workers = [await fleet.start({ handlers: [failing] }), await fleet.start({ handlers: [failing] })]
      close = () => fleet.close()
    }
  })
  after(() => close())

  for (const { title, one, other } of races.slice(0, 3)) {
    it(`${title}: exactly one wins, and nothing of the other is written`, async () => {
      for (let round = 0; round < rounds; round++) {
        const { task, answers } = await race(one, other)
        const [winner, ...more] = answers.filter(({ error }) => error === undefined)
        assert.equal(more.length, 0, 'both were told that they had won')
        assert(winner !== undefined, `neither won: ${answers.map(({ error }) => error)}`)
        assert.equal(answers.find(({ error }) => error !== undefined)?.error, 'ILLEGAL_TRANSITION')
        assert.deepEqual(await actorsOf(task.id), [winner.by])
        if (title.includes('different results')) assert.equal(task.steps[1]?.results, `by ${winner.by}`)
      }
    })
  }

  it('resolving the task and one of its steps: each is heard in turn, and what was told as done is what is stored', async () => {
    const { one, other } = races[3]!
    for (let round = 0; round < rounds; round++) {
      const { task, answers } = await race(one, other)
      const heard = answers.filter(({ error }) => error === undefined).map(({ by }) => by)
      assert(heard.length > 0, `neither was heard: ${answers.map(({ error }) => error)}`)
      assert.deepEqual(await actorsOf(task.id), heard.toSorted())
      assert.equal(task.state, 'resolved_manually')
    }
  })

  it('leave a log that rebuilds the rows', async () => {
    const { differences, stuck } = await workers[0].verify({ graceMs: 0 })
    assert.deepEqual([differences, stuck], [[], []])
  })

  /** Lets both speak to a task that has just failed, each to another worker. */
  async function race(one: Say, other: Say) {
    const { id } = await workers[0].tasks.create(failing)
    await workers[0].tasks.wait(id, { timeoutMs: 10_000 })
    const answers = await Promise.all([
      answerTo('one', one(workers[0], id, { id: 'one', kind: 'person' })),
      answerTo('other', other(workers[1], id, { id: 'other', kind: 'person' })),
    ])
    const task: TaskView = await workers[1].tasks.wait(id, { timeoutMs: 10_000 })
    return { task, answers }
  }

  /** Who stands in the log as having changed a task or steps of it. */
  async function actorsOf(taskId: string): Promise<string[]> {
    const actors = new Set<string>()
    for await (const event of workers[0].log.tail({ taskId })) {
      const { actor } = event.payload as { readonly actor?: { readonly id: string } }
      // A failed task that goes on because of its step says so with the actor of the step's event.
      if (actor !== undefined && event.name !== 'task.retry_requested') actors.add(actor.id)
    }
    return [...actors].toSorted()
  }
})

async function answerTo(
  by: string,
  command: Promise<unknown>,
): Promise<{ readonly by: string; readonly error?: string }> {
  try {
    await command
    return { by }
  } catch (error) {
    return { by, error: isTaskerError(error) ? error.code : String(error) }
  }
}
