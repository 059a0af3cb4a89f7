import { deepEqual, match, ok, rejects } from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const sum = defineTask({ namespace: 'shop', name: 'sum' }).step('a', async () => 1)

describe('A scheduled export', function () {
  this.timeout(60_000)
  let folder: string
  let t: TestTasker | undefined

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-scheduled-'))
  })
  afterEach(async () => {
    await t?.stop()
    t = undefined
    await rm(folder, { recursive: true })
  })

  const open = async (schedules: object) => {
    t = await openTestTasker({
      handlers: [sum],
      startAt: '2026-03-01T00:00:00Z',
      exports: { leaseMs: 300, schedules: schedules as never },
    })
    return t
  }
  const linesOf = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n')

  it('runs at its times, into files of these times, and has each record once where it is incremental', async () => {
    const nightly = {
      ...{ cron: '30 2 * * *', timeZone: 'Europe/Berlin', source: 'tasks', format: 'ndjson', incremental: true },
      filters: { namespace: 'shop' },
      output: join(folder, '{year}/{month}/tasks-{date}-{time}.ndjson'),
    }
    const kernel = await open({ nightly })
    const { clock, exports, schedules, tasks } = kernel
    const ids: string[] = []
    for (let day = 0; day < 3; day++) {
      ids.push((await kernel.run(sum)).task.id)
      await clock.advance('1d')
    }
    const march = join(folder, '2026', '03')
    const files = (await readdir(march)).sort()
    deepEqual(files, [
      'tasks-2026-03-01-02-30-00-000001.ndjson',
      'tasks-2026-03-02-02-30-00-000002.ndjson',
      'tasks-2026-03-03-02-30-00-000003.ndjson',
    ])
    const lines = (await Promise.all(files.map((file) => linesOf(join(march, file))))).flat()
    deepEqual(
      lines.map((line) => JSON.parse(line).id),
      ids,
    )
    const [state] = await exports.incremental()
    deepEqual([state?.name, state?.files], ['nightly', 3])
    const { items } = await schedules.list()
    deepEqual(
      items.map(({ name, cron, timeZone, overlap, created }) => ({ name, cron, timeZone, overlap, created })),
      [{ name: 'export.nightly', cron: '30 2 * * *', timeZone: 'Europe/Berlin', overlap: 'skip', created: 3 }],
    )
    const { items: ran } = await tasks.list({ tags: ['export:nightly'] })
    deepEqual(
      ran.map(({ state: each, name }) => [each, name]),
      Array.from({ length: 3 }, () => ['complete', 'export']),
    )
  })

  it('has what came in the time before it', async () => {
    const hourly = { everyMs: 3_600_000, lastMs: 3_600_000, source: 'tasks', format: 'csv', columns: ['id'] }
    const kernel = await open({
      hourly: { ...hourly, filters: { name: 'sum' }, output: join(folder, '{hour}.csv') },
    })
    await kernel.clock.advance('10m')
    const first = await kernel.run(sum)
    await kernel.clock.advance('1h')
    const second = await kernel.run(sum)
    await kernel.clock.advance('1h')
    deepEqual(await linesOf(join(folder, '01.csv')), ['id', first.task.id])
    deepEqual(await linesOf(join(folder, '02.csv')), ['id', second.task.id])
  })

  it('is refused at the start where it cannot be meant', async () => {
    const wrong = { cron: '@daily', source: 'tasks', format: 'csv', output: 'a.csv' }
    for (const [more, message] of [
      [{ columns: ['idd'] }, /exports\.schedules\.bad .*there is no column "idd"/],
      [{ format: 'cvs' }, /exports\.schedules\.bad .*cvs/],
      [{ output: '{day}/{week}.csv' }, /\{week\}/],
      [{ source: 'metrics', incremental: true }, /exports\.schedules\.bad .*incremental/],
      [{ incremental: true, lastMs: 1000 }, /exports\.schedules\.bad .*`lastMs`.* none beside `incremental`/],
      [{ filters: { since: '1' } }, /exports\.schedules\.bad .*"since".*"1" is neither a Date/],
    ] as const)
      await rejects(open({ bad: { ...wrong, ...more } }), { code: 'SCHEDULED_EXPORT', message })
    await rejects(open({ bad: { ...wrong, sorce: 'tasks' } }), { code: 'CONFIGURATION_INVALID', message: /sorce/ })
  })

  it('says in its task why it could not be written', async () => {
    const output = join(folder, 'there')
    const { clock, tasks } = await open({
      daily: { cron: '@daily', source: 'tasks', format: 'csv', output: join(output, 'x.csv') },
    })
    await writeFile(output, 'a file where a folder must be')
    await clock.advance('2h')
    await clock.advance('1d')
    const { items } = await tasks.list({ tags: ['export:daily'] })
    ok(items.length >= 1)
    const view = await tasks.get(items.at(-1)!.id)
    match(JSON.stringify(view?.steps[0]?.error), /EEXIST|ENOTDIR|not a folder/)
  })
})
