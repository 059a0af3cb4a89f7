import assert from 'node:assert/strict'
import type { TaskDocument } from '../../../core/cli/task-document.js'
import { CliProject } from './cli-project.js'

describe('tasker run that is killed', function () {
  this.timeout(60_000)
  let project: CliProject

  beforeEach(async () => {
    project = await CliProject.create()
  })

  afterEach(() => project.remove())

  it('is finished by the next run, whose own task may be a shorter one', async () => {
    const first = project.start('run', 'payments/waiting', '--context', '{"ms": 1500}')
    await first.said(/wait runs/)
    first.process.kill('SIGKILL')
    await first.ended
    const second = await project.json<TaskDocument>(
      ...['run', 'payments/process_order', '--context', '{"orderId": 2}', '--json'],
    )
    assert.equal(second.task.state, 'complete')
    const tasks = await project.json<TaskDocument['task'][]>('tasks', 'list', '--json')
    assert.deepEqual(tasks.map(({ name, state }) => [name, state]).sort(), [
      ['process_order', 'complete'],
      ['waiting', 'complete'],
    ])
    const waiting = tasks.find(({ name }) => name === 'waiting')!
    const { steps } = await project.json<TaskDocument>('tasks', 'show', waiting.id, '--json')
    assert.deepEqual([steps[0]?.attempts, steps[0]?.state], [2, 'complete'])
  })
})
