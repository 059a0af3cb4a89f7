import assert from 'node:assert/strict'
import type { TaskDocument } from '../../../core/cli/task-document.js'
import type { Annotation, BulkReport, NamespaceRecord, PauseRecord } from '../../../core/index.js'
import { CliProject, type Running } from './cli-project.js'

describe('tasker, the command, for people', function () {
  this.timeout(180_000)
  let project: CliProject
  let worker: Running
  let failed: TaskDocument

  before(async () => {
    project = await CliProject.create()
    worker = project.start('start', '--verbose')
    await worker.said(/worker started/)
    failed = await project.json('run', 'payments.refused', '--json')
  })
  after(() => project.remove())

  /** The worker takes it up by itself. */
  const untilOver = async (id: string): Promise<void> => {
    const over = ['complete', 'error']
    while (!over.includes((await project.json<TaskDocument>('tasks', 'show', id, '--json')).task.state));
  }

  it('changes tasks and notes something about them, by the hand of who calls', async () => {
    const { id } = failed.task
    const edit = ['--tags', 'vip,b', '--priority', '3', '--new-reason', 'a test', '--reason', 'she called']
    const { task } = await project.json<TaskDocument>('tasks', 'update', id, ...edit, '--json')
    assert.deepEqual([task.tags, task.priority, task.reason], [['vip', 'b'], 3, 'a test'])
    const note = await project.json<Annotation>(
      ...['tasks', 'annotate', id, '--type', 'ticket', '--value', '{"id": 7, "password": "x"}', '--json'],
    )
    assert.deepEqual([note.type, note.value, note.actor.kind], ['ticket', { id: 7, password: '[FILTERED]' }, 'person'])
    const shown = await project.json<TaskDocument & { annotations: Annotation[] }>('tasks', 'show', id, '--json')
    assert.deepEqual(shown.annotations, [note])
    const { output } = await project.call('tasks', 'show', id)
    assert.match(output, /^ticket .* \{"id":7,"password":"\[FILTERED\]"\}$/m)
    const nothing = await project.call('tasks', 'update', id)
    assert.deepEqual([nothing.code, nothing.output], [2, ''])
    assert.match(nothing.errors, /says nothing that is to be changed/)
  })

  it('pauses and resumes namespaces and task types, and lists them', async () => {
    const pause = await project.json<PauseRecord>('namespaces', 'pause', 'payments', '-r', 'bank away', '--json')
    assert.deepEqual([pause.key, pause.reason], ['payments', 'bank away'])
    assert.deepEqual(await project.json('tasks', 'pauses', '--json'), [pause])
    const [payments] = await project.json<NamespaceRecord[]>('namespaces', 'list', '--json')
    assert.deepEqual([payments!.name, payments!.pausedAt], ['payments', pause.pausedAt])
    const held = (await project.call('tasks', 'create', 'payments/refused')).output.trim()
    await project.call('namespaces', 'resume', 'payments')
    const again = await project.call('namespaces', 'resume', 'payments')
    assert.deepEqual([again.code, again.output], [0, 'payments was not paused\n'])
    const type = await project.call('tasks', 'pause', 'payments/refused@1.0.0')
    assert.deepEqual([type.code, type.output], [0, 'payments/refused@1.0.0 is paused\n'])
    assert.deepEqual(await project.json('tasks', 'resume', 'payments.refused@1.0.0', '--json'), {
      ...{ namespace: 'payments', name: 'refused', version: '1.0.0', wasPaused: true },
    })
    const illegal = await project.call('tasks', 'pause', failed.task.id)
    assert.equal(illegal.code, 1)
    assert.match(illegal.errors, /task\.pause is not possible there.*task\.cancel, task\.resolve, task\.retry/s)
    await untilOver(held)
  })

  it('runs a task again from a step', async () => {
    const resolved = ['steps', 'resolve', `${failed.task.id}/charge`, '--results', '{"charged": 1}', '--json']
    await project.json(...resolved)
    await untilOver(failed.task.id)
    const { task, steps } = await project.json<TaskDocument>(
      ...['tasks', 'rerun', failed.task.id, '--from', 'confirm', '--reason', 'once more', '--json'],
    )
    assert.deepEqual([task.rerunOf, task.reason], [{ taskId: failed.task.id, from: ['confirm'] }, 'once more'])
    assert.deepEqual([steps[0]!.state, steps[0]!.results], ['resolved_manually', { charged: 1 }])
    const unknown = await project.call('tasks', 'rerun', failed.task.id, '--from', 'confrim')
    assert.equal(unknown.code, 2)
    assert.match(unknown.errors, /Did you mean "confirm"/)
  })

  it('acts on all that fit a filter only when it is told so twice', async () => {
    const filter = ['--namespace', 'payments', '--step-name', 'charge', '--step-state', 'error']
    const plan = await project.json<BulkReport>('steps', 'retry', ...filter, '--dry-run', '--json')
    assert.deepEqual([plan.kind, plan.isDryRun, plan.matched, plan.done], ['step.retry', true, 1, 0])
    const asked = await project.call('tasks', 'cancel', '--namespace', 'payments', '--state', 'error')
    assert.equal(asked.code, 2)
    assert.match(asked.errors, /task.cancel would be asked of 1\nnothing was done: add --yes/)
    const empty = await project.call('tasks', 'cancel', '--yes')
    assert.equal(empty.code, 2)
    assert.match(empty.errors, /--all/)
    const both = await project.call('tasks', 'cancel', failed.task.id, '--namespace', 'payments')
    assert.equal(both.code, 2)
    const report = await project.json<BulkReport>('tasks', 'cancel', '--state', 'error', '--yes', '--json')
    assert.deepEqual([report.done, report.refused, report.items[0]!.outcome], [1, 0, 'done'])
    const refused = await project.call('tasks', 'cancel', '--state', 'cancelled', '--yes')
    assert.equal(refused.code, 1)
    assert.match(refused.output, /ILLEGAL_TRANSITION/)
  })

  it('creates and describes namespaces', async () => {
    const created = await project.json<NamespaceRecord & { isNew: boolean }>(
      ...['namespaces', 'create', 'letters', '--description', 'All mail', '--json'],
    )
    assert.deepEqual([created.isNew, created.description], [true, 'All mail'])
    await project.call('namespaces', 'update', 'letters', '--description', 'Mail')
    assert.match((await project.call('namespaces', 'list')).output, /^letters +Mail$/m)
    const unknown = await project.call('namespaces', 'update', 'leters')
    assert.equal(unknown.code, 2)
    assert.match(unknown.errors, /did you mean "letters"/)
    const { differences, stuck } = await project.json<{ differences: unknown[]; stuck: unknown[] }>('verify', '--json')
    assert.deepEqual([differences, stuck], [[], []])
  })
})
