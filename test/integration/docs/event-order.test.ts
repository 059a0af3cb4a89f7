import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DefinedTask, defineTask } from '../../../core/index.js'
import { checkout, sectionOf } from '../../support/docs/generated-section.js'
import { openTestTasker } from '../../support/test-tasker.js'

const document = readFileSync(join(checkout, 'docs/events.md'), 'utf8')

/** The names in a list of docs/events.md. */
const listed = (part: string) => [...sectionOf(document, part).matchAll(/^\d+\. (\S+)/gm)].map(([, name]) => name!)

describe('the order of events in docs/events.md', () => {
  it('is what a listener on * hears of a single step that succeeds', async () => {
    const task = defineTask({ name: 'order_of_success' }).step('only', async () => 'done')
    const heard = await heardOf(task, 'observability.task.handle')
    // The worker has room, so that the task is claimed in the commit that creates it and does not go through the queue.
    assert.deepEqual(
      heard,
      listed('order').filter((name) => name !== 'observability.task.enqueue'),
    )
  }).timeout(60_000)

  it('is what it hears of a single step that fails and will be retried', async () => {
    const task = defineTask({ name: 'order_of_retry' }).step(
      'only',
      { retry: { limit: 2, backoffMs: [600_000] } },
      async () => {
        throw new Error('not yet')
      },
    )
    const heard = await heardOf(task, 'observability.task.enqueue')
    assert.deepEqual(heard.slice(heard.indexOf('step.handle') + 1), listed('retry-order'))
  }).timeout(60_000)
})

/** What a listener on `*` hears from the creation of a task until an event. */
async function heardOf(task: DefinedTask, last: string): Promise<string[]> {
  await using tasker = await openTestTasker({ handlers: [task] })
  const heard: string[] = []
  const done = Promise.withResolvers<void>()
  tasker.events.on('*', ({ name, taskId }) => {
    if (taskId === undefined) return
    heard.push(name)
    if (name === last) done.resolve()
  })
  await tasker.tasks.create(task)
  await done.promise
  return heard
}
