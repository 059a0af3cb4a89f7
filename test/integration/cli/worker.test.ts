import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskDocument } from '../../../core/cli/task-document.js'
import { CliProject, type Running } from './cli-project.js'

describe('tasker start', function () {
  this.timeout(60_000)
  let project: CliProject
  let worker: Running

  before(async () => {
    project = await CliProject.create()
    worker = project.start('start')
    await worker.said(/worker started/)
  })

  after(() => project.remove())

  async function marks(word: string): Promise<number[]> {
    const text = await readFile(join(project.folder, 'marks.txt'), 'utf8').catch(() => '')
    return text
      .split('\n')
      .filter((line) => line.startsWith(word))
      .map((line) => Number(line.split(' ')[1]))
  }

  async function marked(word: string, count: number): Promise<void> {
    for (let tries = 0; (await marks(word)).length < count; tries++) {
      assert.ok(tries < 200, `nobody marked ${word}`)
      await sleep(50)
    }
  }

  it('lets other processes run tasks in it, and shows them what happens', async () => {
    const { task, steps } = await project.json<TaskDocument>(
      ...['run', 'payments/process_order', '--context', '{"orderId": 1}', '--json'],
    )
    assert.equal(task.state, 'complete')
    assert.equal(steps.length, 4)
    const shown = await project.call('run', 'payments/refused')
    assert.equal(shown.code, 1)
    assert.match(shown.output, /charge failed after .*CARD_STOLEN/)
    assert.equal((await project.json<{ isHolder: boolean }>('db', 'status', '--json')).isHolder, false)
  })

  it('tells a running handler within a second that another process cancelled its task', async () => {
    const { task } = await project.json<TaskDocument>('tasks', 'create', 'payments/waiting', '--json')
    await marked('begun', 1)
    const asked = project.start('tasks', 'cancel', task.id, '--reason', 'enough', '--json')
    const tail = project.start('events', 'tail', '--task', task.id, '--names', 'task.cancelled', '--json')
    await tail.said(/task\.cancelled/)
    tail.process.kill('SIGTERM')
    const cancelled = JSON.parse((await asked.ended).output) as TaskDocument
    assert.equal(cancelled.task.state, 'cancelled')
    await marked('aborted', 1)
    const event = JSON.parse((await tail.ended).output.split('\n')[0]!)
    assert.equal(event.payload.reason, 'enough')
    const delayMs = (await marks('aborted'))[0]! - Date.parse(event.occurredAt)
    assert.ok(delayMs < 1000, `${delayMs} ms`)
    assert.equal((await tail.ended).code, 0, 'a tail that is told to stop ends well')
  })

  it('refuses a second worker on the embedded database, naming the process that holds it', async () => {
    const { code, output, errors } = await project.call('start')
    assert.equal(code, 1)
    assert.equal(output, '')
    assert.match(errors, new RegExp(`^error: .*in use.*process ${worker.process.pid} `, 'm'))
    assert.match(errors, /database\.url/)
  })

  it('drains on SIGTERM: what runs may end, and the exit code is 0', async () => {
    await project.json('tasks', 'create', 'payments/waiting', '--context', '{"ms": 1500}', '--json')
    await marked('begun', 2)
    worker.process.kill('SIGTERM')
    const { code, errors } = await worker.ended
    assert.equal(code, 0, errors)
    assert.match(errors, /SIGTERM: draining[\s\S]*the worker has stopped/)
    assert.equal((await marks('ended')).length, 1)
  })

  it('ends at once with 1 at the second signal', async () => {
    const second = project.start('start')
    await second.said(/worker started/)
    await project.json('tasks', 'create', 'payments/waiting', '--context', '{"ms": 30000}', '--json')
    await marked('begun', 3)
    second.process.kill('SIGINT')
    await second.said(/draining/)
    second.process.kill('SIGINT')
    assert.equal((await second.ended).code, 1)
  })

  it('stops with --until-idle when nothing is left to run', async () => {
    const waiting = await project.json<{ id: string }[]>('tasks', 'list', '--state', 'pending,in_progress', '--json')
    assert.equal(waiting.length, 1, 'the task of the worker that was killed is kept')
    await project.json('tasks', 'cancel', waiting[0]!.id, '--json')
    const { task } = await project.json<TaskDocument>(
      ...['tasks', 'create', 'payments/process_order', '--context', '{"orderId": 5}', '--json'],
    )
    assert.equal(task.state, 'pending')
    const { code, errors } = await project.call('start', '--until-idle')
    assert.equal(code, 0, errors)
    assert.match(errors, /nothing left to run/)
    assert.equal((await project.json<TaskDocument>('tasks', 'show', task.id, '--json')).task.state, 'complete')
  })
})
