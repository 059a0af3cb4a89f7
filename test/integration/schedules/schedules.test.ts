import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { defineTask, type Schedule, type TaskRecord } from '../../../core/index.js'
import type { ScheduleService } from '../../../core/orchestration/schedules/schedule-service.js'
import type { TestTasker, TestTaskerConfig } from '../../../core/testing/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'

const report = defineTask({
  namespace: 'reports',
  name: 'daily',
  version: '1.0.0',
  context: Type.Object({ region: Type.Optional(Type.String({ default: 'all' })) }),
}).step('write', async () => ({}))

/** Runs until a test lets it end. */
const slow = defineTask({ namespace: 'reports', name: 'slow', version: '1.0.0' }).step(
  'wait',
  { timeoutMs: 365 * 86_400_000 },
  ({ signal }) =>
    new Promise<void>((resolve, reject) => {
      gates.push(resolve)
      signal.addEventListener('abort', () => reject(signal.reason))
    }),
)
const gates: (() => void)[] = []

const actor = { id: 'ada', kind: 'person' } as const
const by = { reason: 'a test', actor }

const open = (config: TestTaskerConfig = {}) => openTestTasker({ handlers: [report, slow], ...config })

async function tasksOf(t: TestTasker): Promise<readonly TaskRecord[]> {
  const { items } = await t.tasks.list({}, { limit: 1000 })
  return items.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
}

function timeOf({ tags }: TaskRecord): string {
  return tags.find((tag) => tag.startsWith('scheduled:'))!.slice('scheduled:'.length)
}

const timesOf = async (t: TestTasker) => (await tasksOf(t)).map((task) => timeOf(task).slice(5, 16))
const schedule = async (t: TestTasker, name = 'nightly') => (await t.schedules.get(name)) as Schedule

/** Resolves when the worker has told the database that it does not serve a kind of task any more. */
async function isNoLongerServed({ database }: TestTasker, kind: string): Promise<void> {
  const served = `select 1 from SCHEMA.workers where kinds @> array['${kind}']`
  while ((await runSql(database, served)).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('schedules', function () {
  this.timeout(60_000)
  beforeEach(() => void gates.splice(0))

  it('create one task for each of their times, which says where it comes from', async () => {
    await using t = await open()
    const made = await t.schedules.create(
      {
        name: 'nightly',
        cron: '30 2 * * *',
        timeZone: 'Europe/Berlin',
        task: 'reports/daily@^1',
        request: { tags: ['night'], priority: 3 },
      },
      by,
    )
    assert.deepEqual(
      [made.nextAt, made.created, made.task],
      ['2026-01-01T01:30:00.000Z', 0, { namespace: 'reports', name: 'daily', version: '^1' }],
    )
    await t.clock.advance('3d')
    const tasks = await tasksOf(t)
    assert.deepEqual(tasks.map(timeOf), [
      '2026-01-01T01:30:00.000Z',
      '2026-01-02T01:30:00.000Z',
      '2026-01-03T01:30:00.000Z',
    ])
    const [first] = tasks
    assert.deepEqual(
      [
        first!.createdAt,
        first!.state,
        first!.sourceSystem,
        first!.initiator,
        first!.reason,
        first!.tags,
        first!.priority,
      ],
      [
        '2026-01-01T01:30:00.000Z',
        'complete',
        'schedule',
        'schedule nightly',
        'due at 2026-01-01T01:30:00.000Z',
        ['night', 'schedule:nightly', 'scheduled:2026-01-01T01:30:00.000Z'],
        3,
      ],
    )
    assert.deepEqual(first!.context, { region: 'all' })
    const after = await schedule(t)
    assert.deepEqual(
      [after.created, after.lastOutcome, after.lastAt, after.nextAt, after.lastTaskId, after.error],
      [3, 'created', timeOf(tasks[2]!), '2026-01-04T01:30:00.000Z', tasks[2]!.id, null],
    )
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('of an interval count from their creation, and several of them keep out of each other’s way', async () => {
    await using t = await open()
    for (let index = 0; index < 45; index++)
      await t.schedules.create({ name: `every-${index}`, everyMs: 3_600_000, task: report })
    await t.clock.advance('3h')
    assert.equal((await tasksOf(t)).length, 3 * 45)
    for (const { created } of (await t.schedules.list()).items) assert.equal(created, 3)
  })

  it('survive restarts, and make up for what was missed as they say', async () => {
    await using t = await open()
    for (const catchUp of ['none', 'latest', 'all'] as const)
      await t.schedules.create({ name: catchUp, everyMs: 3_600_000, task: report, catchUp, catchUpLimit: 3 })
    await t.clock.advance('1h')
    await t.crash()
    await t.clock.advance(4 * 3_600_000 + 1_800_000)
    await t.restart()
    await t.clock.advance(0)
    const timesFor = async (name: string) =>
      (await tasksOf(t))
        .filter(({ tags }) => tags.includes(`schedule:${name}`))
        .map((task) => timeOf(task).slice(11, 16))
    assert.deepEqual(await timesFor('none'), ['01:00'])
    assert.deepEqual(await timesFor('latest'), ['01:00', '05:00'])
    assert.deepEqual(await timesFor('all'), ['01:00', '03:00', '04:00', '05:00'])
    assert.deepEqual(
      [
        (await schedule(t, 'none')).missedAt,
        (await schedule(t, 'latest')).missedAt,
        (await schedule(t, 'all')).missedAt,
      ],
      ['2026-01-01T05:00:00.000Z', '2026-01-01T04:00:00.000Z', '2026-01-01T02:00:00.000Z'],
    )
    await t.clock.advance('30m')
    for (const name of ['none', 'latest', 'all']) assert.equal((await timesFor(name)).at(-1), '06:00', name)
  })

  describe('whose task is not finished when the next is due', () => {
    const hourly = { name: 'nightly', cron: '0 * * * *', task: 'reports/slow' }

    it('allow it beside', async () => {
      await using t = await open()
      await t.schedules.create(hourly)
      await t.clock.advance('2h')
      assert.equal(gates.length, 2)
      for (const end of gates) end()
    })

    it('skip it', async () => {
      await using t = await open()
      await t.schedules.create({ ...hourly, overlap: 'skip' })
      await t.clock.advance('3h')
      assert.deepEqual(await timesOf(t), ['01-01T01:00'])
      const { skipped, lastOutcome } = await schedule(t)
      assert.deepEqual([skipped, lastOutcome], [2, 'skipped'])
      gates[0]!()
      await t.clock.advance('1h')
      assert.deepEqual(await timesOf(t), ['01-01T01:00', '01-01T04:00'])
      gates[1]!()
    })

    it('cancel the one before', async () => {
      await using t = await open()
      await t.schedules.create({ ...hourly, overlap: 'cancel_previous' })
      await t.clock.advance('3h')
      const tasks = await tasksOf(t)
      assert.deepEqual(
        tasks.map(({ state }) => state),
        ['cancelled', 'cancelled', 'in_progress'],
      )
      gates[2]!()
    })

    it('let one wait until it has ended, and skip the others', async () => {
      await using t = await open()
      await t.schedules.create({ ...hourly, overlap: 'wait' })
      await t.clock.advance('4h')
      const waiting = await schedule(t)
      assert.deepEqual([waiting.waitingAt, waiting.skipped, waiting.created], ['2026-01-01T02:00:00.000Z', 2, 1])
      gates[0]!()
      await t.clock.advance('1m')
      assert.deepEqual(await timesOf(t), ['01-01T01:00', '01-01T02:00'])
      const after = await schedule(t)
      assert.deepEqual([after.waitingAt, after.created, after.nextAt], [null, 2, '2026-01-01T05:00:00.000Z'])
      gates[1]!()
    })
  })

  it('pause, and go on from then without making up for it; can be triggered meanwhile', async () => {
    await using t = await open()
    await t.schedules.create({ name: 'nightly', cron: '0 * * * *', task: report, catchUp: 'all' })
    const paused = await t.schedules.pause('nightly', by)
    assert.deepEqual([paused.pausedAt, paused.nextAt], ['2026-01-01T00:00:00.000Z', null])
    await t.clock.advance(5 * 3_600_000 + 60_000)
    const task = await t.schedules.trigger('nightly', { reason: 'asked for', actor })
    assert.deepEqual(
      [task.reason, task.tags],
      ['asked for', ['schedule:nightly', 'scheduled:2026-01-01T05:01:00.000Z']],
    )
    assert.notEqual((await t.schedules.trigger('nightly')).id, task.id, 'each is one of its own')
    const resumed = await t.schedules.resume('nightly', by)
    assert.deepEqual([resumed.pausedAt, resumed.nextAt, resumed.created], [null, '2026-01-01T06:00:00.000Z', 2])
    await t.clock.advance('1h')
    assert.deepEqual(await timesOf(t), ['01-01T05:01', '01-01T05:01', '01-01T06:00'])
  })

  it('can be changed, found, listed, removed; and each change is recorded with who and why', async () => {
    await using t = await open()
    const { create, list } = { create: t.schedules.create.bind(t.schedules), list: t.schedules.list.bind(t.schedules) }
    await create({ name: 'nightly', cron: '0 * * * *', task: report, description: 'd' }, by)
    await create({ name: 'b', everyMs: 5_000, task: report })
    assert.equal((await t.schedules.findOrCreate({ name: 'b', everyMs: 9_000, task: report })).everyMs, 5_000)
    const page = await list({ limit: 1 })
    assert.deepEqual(
      [page.items[0]!.name, (await list({ limit: 1, after: page.next! })).items[0]!.name],
      ['b', 'nightly'],
    )
    const every = await t.schedules.update('nightly', { everyMs: 60_000 }, by)
    assert.deepEqual(
      [every.cron, every.everyMs, every.nextAt, every.description],
      [null, 60_000, '2026-01-01T00:01:00.000Z', 'd'],
    )
    const back = await t.schedules.update(
      'nightly',
      { cron: '5 * * * *', timeZone: 'Asia/Kolkata', overlap: 'skip' },
      by,
    )
    assert.deepEqual([back.cron, back.everyMs, back.nextAt], ['5 * * * *', null, '2026-01-01T00:35:00.000Z'])
    assert.equal(await t.schedules.remove('nightly', by), true)
    assert.equal(await t.schedules.remove('nightly', by), false)
    assert.equal(await t.schedules.get('nightly'), undefined)
    const changes = await runSql(
      t.database,
      "select kind, actor, reason, data from SCHEMA.changes where subject_key = 'nightly' order by number",
    )
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['schedule.create', 'schedule.update', 'schedule.update', 'schedule.remove'],
    )
    for (const { actor: who, reason } of changes) assert.deepEqual([who, reason], [actor, 'a test'])
    assert.deepEqual(changes[1]!.data, { cron: null, everyMs: 60_000, nextAt: '2026-01-01T00:01:00.000Z' })
  })

  it('are declared in the configuration: created, brought up to date, and told of when they are not any more', async () => {
    const declared = { nightly: { cron: '0 * * * *', task: 'reports/daily' } }
    await using t = await open({ schedules: declared })
    const first = await schedule(t)
    assert.deepEqual(
      [first.origin, first.nextAt, first.task.version],
      ['configuration', '2026-01-01T01:00:00.000Z', undefined],
    )
    await t.clock.advance('90m')
    await t.restart()
    assert.deepEqual([(await schedule(t)).nextAt, (await schedule(t)).created], ['2026-01-01T02:00:00.000Z', 1])
    // What the start of a worker with another configuration does.
    const { declare } = { declare: (schedules: object) => (t.schedules as ScheduleService).declare(schedules as never) }
    await t.schedules.pause('nightly')
    assert.deepEqual(await declare({ nightly: { everyMs: 60_000, task: 'reports/daily', overlap: 'skip' } }), [])
    const changed = await schedule(t)
    assert.deepEqual([changed.cron, changed.everyMs, changed.overlap], [null, 60_000, 'skip'])
    assert.deepEqual([changed.pausedAt !== null, changed.nextAt], [true, null], 'a pause is a person’s word')
    await declare({ nightly: { cron: '0 * * * *', task: 'reports/daily' } })
    assert.deepEqual([(await schedule(t)).cron, (await schedule(t)).overlap], ['0 * * * *', 'allow'])
    const { updatedAt } = await schedule(t)
    await t.clock.advance('1m')
    await declare({ nightly: { cron: '0 * * * *', task: 'reports/daily' } })
    assert.equal((await schedule(t)).updatedAt, updatedAt, 'nothing changes that is as it was')
    await t.schedules.create({ name: 'by-hand', everyMs: 60_000, task: report })
    assert.deepEqual(await declare({}), ['nightly'])
    assert.notEqual(await schedule(t), undefined)
    await assert.rejects(declare({ nightly: { cron: 'x', task: 'reports/daily' } }), { code: 'INVALID_SCHEDULE' })
  })

  it('refuse what cannot be meant, all of it at once', async () => {
    await using t = await open()
    const refused = (options: object, ...patterns: RegExp[]) =>
      assert.rejects(
        t.schedules.create({ name: 'x', cron: '* * * * *', task: report, ...options } as never),
        (error: Error) => {
          for (const pattern of patterns) assert.match(error.message, pattern)
          return true
        },
      )
    await refused(
      { cron: '61 * * * *', timeZone: 'Europe/Berln', overlap: 'never' },
      /cron must be a cron expression of five fields.*received "61 \* \* \* \*": Invalid value for minute: 61/,
      /timeZone must be the IANA name of a time zone.*did you mean "Europe\/Berlin"\?/,
      /overlap must be one of "allow", "skip", "cancel_previous", "wait"; received "never"/,
    )
    await refused({ cron: '* * * * * * *' }, /five fields/)
    await refused({ cron: '2026-01-01T00:00:00' }, /five fields/)
    await refused({ cron: '0 0 31 2 *' }, /cron never comes true/)
    await refused({ everyMs: 5_000 }, /cron or everyMs must say when it is due/)
    await refused({ cron: undefined, everyMs: 10 }, /everyMs must be whole milliseconds from 1000; received 10/)
    await refused({ name: 'no blanks' }, /name must be/)
    await refused({ crn: 1 }, /crn is not known; did you mean "cron"\?/)
    await refused({ request: { tags: 7, identity: 'x' } }, /request.identity is given by the schedule/)
    await refused({ request: { tags: 7 } }, /request.tags must be a list of texts; received 7/)
    await refused({ task: 'reports/dayly' }, /No handler reports\.dayly is registered/)
    await refused({ task: 'reports/daily@^2' }, /reports\.daily@\^2/)
    await refused({ task: { namespace: 'reports' } }, /task must be the task, its name/)
    await refused({ request: { context: { region: 7 } } }, /region/)
    assert.deepEqual((await t.schedules.list()).items, [])
    await assert.rejects(t.schedules.pause('nigtly'), { code: 'SCHEDULE_NOT_FOUND' })
    await t.schedules.create({ name: 'nightly', cron: '* * * * *', task: report })
    await assert.rejects(t.schedules.create({ name: 'nightly', cron: '* * * * *', task: report }), {
      code: 'SCHEDULE_EXISTS',
    })
    await assert.rejects(t.schedules.pause('nigtly'), /Did you mean "nightly"\?/)
    await assert.rejects(t.schedules.update('nightly', { cron: 'x' }), { code: 'INVALID_SCHEDULE' })
  })

  it('whose task is gone say so, keep their time, and do not stop the others', async () => {
    await using t = await open()
    await t.schedules.create({ name: 'a', cron: '0 * * * *', task: 'reports/daily' })
    await t.schedules.create({ name: 'b', cron: '0 * * * *', task: 'reports/slow' })
    t.handlers.unregister('reports.daily@1.0.0')
    await isNoLongerServed(t, 'reports.daily@1.0.0')
    await t.clock.advance('1h')
    const gone = await schedule(t, 'a')
    assert.deepEqual(
      [gone.error?.code, gone.nextAt, gone.created],
      ['SCHEDULE_UNSERVED', '2026-01-01T01:00:00.000Z', 0],
    )
    assert.match(gone.error!.message, /no live worker has its task reports\.daily/)
    assert.equal((await schedule(t, 'b')).created, 1)
    await t.clock.advance('2h')
    t.handlers.register(report)
    await t.clock.advance('1m')
    const back = await schedule(t, 'a')
    assert.deepEqual(
      [back.error, back.lastAt, back.missedAt],
      [null, '2026-01-01T03:00:00.000Z', '2026-01-01T02:00:00.000Z'],
    )
    for (const end of gates) end()
  })

  it('whose task is refused say why, and go on with the next time', async () => {
    await using t = await open()
    await t.schedules.create({ name: 'nightly', cron: '0 * * * *', task: report })
    let isForbidden = true
    t.hooks.add('beforeTaskCreate', () => {
      if (isForbidden) throw new Error('not at night')
    })
    await t.clock.advance('1h')
    const refused = await schedule(t)
    assert.deepEqual(
      [refused.lastOutcome, refused.lastAt, refused.nextAt],
      ['refused', '2026-01-01T01:00:00.000Z', '2026-01-01T02:00:00.000Z'],
    )
    assert.match(refused.error!.message, /not at night/)
    isForbidden = false
    await t.clock.advance('1h')
    assert.deepEqual([(await schedule(t)).error, (await schedule(t)).created], [null, 1])
  })

  it('show their next times without being stored', async () => {
    await using t = await open()
    assert.deepEqual(await t.schedules.preview({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' }, 2), [
      '2026-01-01T01:30:00.000Z',
      '2026-01-02T01:30:00.000Z',
    ])
    await t.schedules.create({ name: 'nightly', everyMs: 60_000, task: report })
    assert.deepEqual(await t.schedules.preview('nightly', 1), ['2026-01-01T00:01:00.000Z'])
    await assert.rejects(t.schedules.preview({ cron: 'x' }), { code: 'INVALID_SCHEDULE' })
  })

  it('ask the hook that authorises, and change nothing where it refuses', async () => {
    await using t = await open()
    const asked: unknown[] = []
    t.hooks.add('beforeCommand', ({ kind, subject, actor: who }) => {
      asked.push([kind, subject, who.id])
      if (kind === 'schedule.pause') throw new Error('not you')
    })
    await t.schedules.create({ name: 'nightly', cron: '0 * * * *', task: report }, by)
    await assert.rejects(t.schedules.pause('nightly', by), /not you/)
    assert.equal((await schedule(t)).pausedAt, null)
    assert.deepEqual(asked, [
      ['schedule.create', { schedule: 'nightly' }, 'ada'],
      ['schedule.pause', { schedule: 'nightly' }, 'ada'],
    ])
  })
})
