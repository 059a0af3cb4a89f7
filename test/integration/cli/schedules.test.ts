import assert from 'node:assert/strict'
import type { TaskDocument } from '../../../core/cli/task-document.js'
import type { Schedule } from '../../../core/index.js'
import { CliProject } from './cli-project.js'

describe('tasker, the command, for schedules, identities and dependent systems', function () {
  this.timeout(180_000)
  let project: CliProject

  before(async () => {
    project = await CliProject.create()
    // It holds the database, which otherwise each command would open anew.
    await project.start('start', '--verbose').said(/worker started/)
  })
  after(() => project.remove())

  it('creates, shows, pauses, resumes, triggers and removes schedules', async () => {
    const times = await project.json<string[]>('schedules', 'preview', '--cron', '30 2 * * *', '--count', '3', '--json')
    assert.equal(times.length, 3)
    assert.match(times[0]!, /T02:30:00\.000Z$/)
    const when = ['--cron', '30 2 * * *', '--time-zone', 'Europe/Berlin']
    const what = ['--task', 'payments/process_order@^2', '-c', '{"orderId": 1, "password": "x"}', '--overlap', 'skip']
    const made = await project.json<Schedule>('schedules', 'create', 'nightly', ...when, ...what, '--json')
    assert.deepEqual(
      [made.name, made.timeZone, made.overlap, made.task.version, made.request.context],
      ['nightly', 'Europe/Berlin', 'skip', '^2', { orderId: 1, password: '[FILTERED]' }],
    )
    const twice = await project.call('schedules', 'create', 'nightly', ...when, ...what)
    assert.deepEqual([twice.code, twice.output], [2, ''])
    assert.match(twice.errors, /There is a schedule "nightly" already/)
    const bad = await project.call('schedules', 'create', 'bad', '--cron', '99 * * * *', '--task', 'payments/refused')
    assert.deepEqual([bad.code, bad.output], [2, ''])
    assert.match(bad.errors, /cron must be a cron expression of five fields.*Invalid value for minute: 99/)
    const { output } = await project.call('schedules', 'list')
    assert.match(
      output,
      /^nightly +30 2 \* \* \* Europe\/Berlin +payments\.process_order@\^2 +\d{4}-\d\d-\d\d \d\d:30:00 +0$/m,
    )
    assert.equal((await project.json<Schedule>('schedules', 'pause', 'nightly', '--json')).nextAt, null)
    assert.match((await project.call('schedules', 'resume', 'nightly')).output, /^schedule nightly goes on at /)
    const { task } = await project.json<TaskDocument>(
      'schedules',
      'trigger',
      'nightly',
      '-r',
      'again, please',
      '--json',
    )
    assert.deepEqual([task.reason, task.tags[0]], ['again, please', 'schedule:nightly'])
    assert.equal((await project.json<Schedule>('schedules', 'show', 'nightly', '--json')).lastTaskId, task.id)
    assert.equal((await project.call('schedules', 'remove', 'nightly')).output, 'schedule nightly is removed\n')
    assert.deepEqual(await project.json('schedules', 'list', '--json'), [])
    const gone = await project.call('schedules', 'show', 'nightly')
    assert.deepEqual([gone.code, gone.output], [2, ''])
  })

  it('says of a duplicate that it is one', async () => {
    const asked = [
      'tasks',
      'create',
      'payments/process_order',
      '-c',
      '{"orderId": 1}',
      '--identity',
      'order 1',
    ] as const
    const first = await project.json<TaskDocument>(...asked, '--json')
    const second = await project.json<TaskDocument>(...asked, '--json')
    assert.deepEqual(
      [first.task.isDuplicate, second.task.isDuplicate, second.task.id],
      [undefined, true, first.task.id],
    )
    const { output, errors } = await project.call(...asked)
    assert.equal(output, `${first.task.id}\n`)
    assert.match(
      errors,
      /created nothing: an earlier request of this identity has made this payments\.process_order@2\.1\.0/,
    )
  })

  it('links the ids of one object in two systems', async () => {
    const link = ['dependent-systems', 'link', 'crm:7', 'billing:cus_9'] as const
    assert.equal((await project.call(...link)).output, 'crm:7 and billing:cus_9 are linked\n')
    assert.equal((await project.call(...link)).output, 'crm:7 and billing:cus_9 were linked already\n')
    assert.equal((await project.call('dependent-systems', 'find', 'crm:7', '--in', 'billing')).output, 'cus_9\n')
    const names = await project.json<{ name: string }[]>('dependent-systems', 'list', '--json')
    assert.deepEqual(
      names.map(({ name }) => name),
      ['billing', 'crm'],
    )
    assert.deepEqual(await project.json('dependent-systems', 'unlink', 'billing:cus_9', 'crm:7', '--json'), {
      wasLinked: true,
    })
    const bad = await project.call('dependent-systems', 'find', 'crm', '--in', 'billing')
    assert.deepEqual([bad.code, bad.output], [2, ''])
    assert.match(bad.errors, /such as crm:7/)
  })
})
