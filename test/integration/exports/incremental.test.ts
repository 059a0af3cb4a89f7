import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { defineTask, PermanentError } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'

const sum = defineTask({ namespace: 'shop', name: 'sum' })
  .step('a', async () => 1)
  .step('b', { dependsOn: ['a'] }, async () => 2)
const broken = defineTask({ namespace: 'shop', name: 'broken' }).step('only', async () => {
  throw new PermanentError('no')
})

describe('An incremental export', function () {
  this.timeout(60_000)
  let t: TestTasker
  let folder: string

  beforeEach(async () => {
    t = await openTestTasker({ handlers: [sum, broken], exports: { leaseMs: 300 } })
    folder = await mkdtemp(join(tmpdir(), 'tasker-incremental-'))
  })
  afterEach(async () => {
    await t.stop()
    await rm(folder, { recursive: true })
  })

  const run = (source: 'events' | 'tasks' | 'steps', more: object = {}) =>
    t.exports.run({ source, format: 'ndjson', output: join(folder, `${source}.ndjson`), incremental: source, ...more })

  async function records(beginning = ''): Promise<Record<string, unknown>[]> {
    const files = (await readdir(folder)).filter((name) => name.startsWith(beginning)).sort()
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
    return texts.flatMap((text) => text.split('\n').filter(Boolean)).map((line) => JSON.parse(line))
  }

  async function wholeLog(): Promise<unknown[]> {
    const output = join(folder, 'whole')
    await t.exports.run({ source: 'events', format: 'ndjson', output })
    const all = (await readFile(output, 'utf8')).split('\n').filter(Boolean)
    await unlink(output)
    return all.map((line) => JSON.parse(line).position)
  }

  it('has each event of the log once, over any number of runs, in the order of the log', async () => {
    equal((await run('events')).files.length, 0)
    for (let round = 0; round < 3; round++) {
      await t.run(sum)
      const { files, records: count } = await run('events')
      deepEqual(
        files.map(({ path, records: each }) => [path, each]),
        [[join(folder, `events-00000${round + 1}.ndjson`), count]],
      )
    }
    equal((await run('events')).records, 0)
    deepEqual(
      (await records()).map(({ position }) => position),
      await wholeLog(),
    )
    const [state] = await t.exports.incremental()
    const { name, source, position, files, isRunning, lastFile } = state!
    deepEqual(
      { name, source, position, files, isRunning, lastFile },
      {
        name: 'events',
        source: 'events',
        position: (await wholeLog()).at(-1),
        files: 3,
        isRunning: false,
        lastFile: join(folder, 'events-000003.ndjson'),
      },
    )
  })

  it('has each finished task and its steps once, when they have finished, and none in error', async () => {
    const first = await t.run(sum)
    const failed = await t.run(broken)
    await run('tasks')
    await run('steps')
    deepEqual(
      (await records('tasks')).map(({ id }) => id),
      [first.task.id],
    )
    await t.tasks
      .resolve(failed.task.id, { reason: 'known', actor: { id: 'ada', kind: 'person' } })
      .catch(() => undefined)
    await t.tasks
      .cancel(failed.task.id, { reason: 'given up', actor: { id: 'ada', kind: 'person' } })
      .catch(() => undefined)
    const second = await t.run(sum)
    await run('tasks')
    await run('steps')
    deepEqual(
      (await records('tasks')).map(({ id }) => id),
      [first.task.id, failed.task.id, second.task.id],
    )
    deepEqual(
      (await records('steps')).map(({ taskId, name }) => [taskId, name]),
      [
        [first.task.id, 'a'],
        [first.task.id, 'b'],
        [failed.task.id, 'only'],
        [second.task.id, 'a'],
        [second.task.id, 'b'],
      ],
    )
  })

  it('goes on behind what its filters leave out, and refuses others than it was begun with', async () => {
    await t.run(sum)
    const filters = { names: ['task.completed'], since: new Date('2020-01-01') }
    equal((await run('events', { filters })).records, 1)
    equal((await run('events', { filters: { ...filters, since: '2020-01-01T00:00:00.000Z' } })).records, 0)
    await rejects(run('events', { filters: { names: ['task.failed'] } }), { code: 'EXPORT_CHANGED', message: /forget/ })
    await rejects(t.exports.run({ source: 'tasks', format: 'csv', output: join(folder, 'x'), incremental: 'events' }), {
      code: 'EXPORT_CHANGED',
    })
    equal((await t.exports.incremental())[0]!.isRunning, false)
  })

  it('may be split, and each file is complete by itself', async () => {
    await runSql(
      t.database,
      `insert into SCHEMA.event_log (events) select json_build_array(json_build_object('id', md5(n::text), 'name', 'order.seen',
        'schemaVersion', 1, 'occurredAt', '2025-01-01T00:00:00.000Z', 'correlationId', 'c', 'payload', n))
        from generate_series(1, 5000) n`,
    )
    const output = join(folder, 'e.csv.gz')
    const { files, bytes } = await run('events', { format: 'csv', output, splitBytes: 20_000 })
    ok(files.length > 2)
    equal(
      files.reduce((sum, file) => sum + file.bytes, 0),
      bytes,
    )
    deepEqual(
      await readdir(folder),
      files.map(({ path }) => path.slice(folder.length + 1)),
    )
    equal((await t.exports.incremental())[0]!.files, files.length)
    const lines = files.map(({ path }) => gunzipSync(readFileSync(path)).toString().trimEnd().split('\n'))
    ok(lines.every(([head]) => head!.startsWith('position,id,name')))
    const payloads = lines.flatMap(([, ...rows]) => rows.map((row) => Number(row.split(',').at(-1))))
    deepEqual(
      payloads,
      Array.from({ length: 5000 }, (_, index) => index + 1),
    )
  })

  it('is not possible into a stream, of metrics or of unfinished tasks, or under a name that is none', async () => {
    const into = (more: object) => rejects(run('events', more), { code: 'INVALID_EXPORT_REQUEST' })
    await into({ output: process.stdout })
    await into({ output: undefined })
    await into({ source: 'metrics' })
    await into({ incremental: '../x' })
    for (const source of ['tasks', 'steps'] as const)
      for (const state of ['pending', ['complete', 'error']] as const) await into({ source, filters: { state } })
    deepEqual(await t.exports.incremental(), [])
    equal((await run('tasks', { filters: { state: ['complete', 'cancelled', 'resolved_manually'] } })).records, 0)
  })

  it('waits for a run that is silent, refuses while one lives, and takes over from one that is gone', async () => {
    await t.run(sum)
    await run('events')
    await t.run(sum)
    const hold = (lease: string) =>
      runSql(
        t.database,
        `update SCHEMA.export_cursors set holder = 'other', lease_ms = ${lease}, held_at = clock_timestamp()`,
      )
    await hold('60000')
    await rejects(run('events'), { code: 'EXPORT_HELD' })
    await rejects(run('events', { signal: AbortSignal.timeout(100) }), { code: 'EXPORT_ABORTED' })
    await hold('200')
    ok((await run('events')).records > 0)
    equal(new Set((await records()).map(({ position }) => position)).size, (await wholeLog()).length)
  })

  it('leaves the files to the run that has taken over', async () => {
    for (let n = 0; n < 30; n++) await t.run(sum)
    let isTaken = false
    const onProgress = () => {
      isTaken = true
    }
    const takenOver = {
      name: 'slow',
      formats: ['slow'],
      contentType: 'text/plain',
      fileExtension: 'txt',
      async *export(all: AsyncIterable<unknown>) {
        let text = ''
        for await (const record of all) text += `${JSON.stringify(record)}\n`
        await runSql(t.database, `update SCHEMA.export_cursors set holder = 'other', held_at = clock_timestamp()`)
        yield text
      },
    }
    t.exporters.register(takenOver, { origin: { kind: 'code', place: 'test' } })
    await rejects(run('events', { format: 'slow', onProgress }), { code: 'EXPORT_TAKEN_OVER' })
    ok(isTaken)
    deepEqual(await readdir(folder), [])
    await run('events')
    deepEqual(
      (await records()).map(({ position }) => position),
      await wholeLog(),
    )
  })

  /** An exporter that has something done when its file is half written. */
  function interruptedBy(act: () => Promise<unknown>) {
    const exporter = {
      name: 'slow',
      formats: ['slow'],
      contentType: 'text/plain',
      fileExtension: 'txt',
      async *export(all: AsyncIterable<unknown>) {
        yield `${' '.repeat(100_000)}\n`
        await act()
        for await (const record of all) yield `${JSON.stringify(record)}\n`
      },
    }
    t.exporters.register(exporter, { origin: { kind: 'code', place: 'test' } })
    return run('events', { format: 'slow' })
  }

  it('leaves the files of one of the same name alone that is of another database', async () => {
    await t.run(sum)
    const other = await openTestTasker({ handlers: [sum], exports: { leaseMs: 300 } })
    try {
      await other.run(sum)
      await other.clock.advance(1)
      const output = join(folder, 'other.ndjson')
      const options = { source: 'events', format: 'ndjson', output, incremental: 'events' } as const
      const { records: count } = await interruptedBy(() => other.exports.run(options))
      equal(count, (await wholeLog()).length)
    } finally {
      await other.stop()
    }
    const names = (await readdir(folder)).sort()
    deepEqual(names, ['events-000001.ndjson', 'other-000001.ndjson'])
  })

  it('does not lose the records of a file that somebody removes while it is written', async () => {
    await t.run(sum)
    const removeHidden = async () => {
      const [hidden] = (await readdir(folder)).filter((name) => name.endsWith('.partial'))
      await unlink(join(folder, hidden!))
    }
    await rejects(interruptedBy(removeHidden), { code: 'EXPORT_PART' })
    await run('events')
    const all = await wholeLog()
    deepEqual(
      (await records()).map(({ position }) => position),
      all,
    )
  })

  it('says how much retention has taken behind its back, and goes on where a person accepts it', async () => {
    await t.run(sum)
    await run('events')
    await t.run(sum)
    // Retention as it notes what it takes.
    await runSql(
      t.database,
      `with gone as (delete from SCHEMA.event_log where id > (select max(id) - 2 from SCHEMA.event_log) returning id)
        update SCHEMA.log_retention set lost_id = (select max(id) from gone)`,
    )
    const before = await run('events').then(
      () => undefined,
      (error: Error & { code: string; details: { lostAtMost: number } }) => error,
    )
    deepEqual([before?.code, before?.details.lostAtMost], ['LOG_EXPIRED', 2])
    await t.exports.acceptLoss('events')
    await run('events')
    await t.run(sum)
    await run('events')
    deepEqual(
      (await records()).map(({ position }) => position),
      await wholeLog(),
    )
    await rejects(t.exports.acceptLoss('evnts'), { code: 'EXPORT_NOT_FOUND', message: /Did you mean "events"/ })
  })

  it('begins with what there is, whatever was taken before it was begun', async () => {
    await t.run(sum)
    await runSql(
      t.database,
      `with gone as (delete from SCHEMA.event_log where id = (select max(id) - 1 from SCHEMA.event_log) returning id)
        update SCHEMA.log_retention set lost_id = (select max(id) from gone)`,
    )
    await run('events', { splitBytes: 1024 })
    await t.run(sum)
    await run('events')
    deepEqual(
      (await records()).map(({ position }) => position),
      await wholeLog(),
    )
  })

  it('begins anew when it is forgotten, but does not write over its own files', async () => {
    await t.run(sum)
    await run('events')
    equal(await t.exports.forget('events'), true)
    equal(await t.exports.forget('events'), false)
    await rejects(run('events'), {
      code: 'EXPORT_PART',
      message: /events-000001\.ndjson: there is a file of that name/,
    })
    await unlink(join(folder, 'events-000001.ndjson'))
    await run('events')
    deepEqual(
      (await records()).map(({ position }) => position),
      await wholeLog(),
    )
  })

  it('notes among the changes who accepted a loss or forgot it, and asks the hooks before', async () => {
    await t.run(sum)
    await run('events')
    const by = { actor: { id: 'ada', kind: 'person' }, reason: 'moved' } as const
    await t.exports.acceptLoss('events', by)
    equal(await t.exports.forget('events', by), true)
    equal(await t.exports.forget('events', by), false)
    await rejects(t.exports.acceptLoss('events', by), { code: 'EXPORT_NOT_FOUND' })
    const noted = () =>
      runSql(
        t.database,
        `select kind, subject_key, actor, reason, data from SCHEMA.changes where subject_kind = 'export'
        order by number`,
      )
    const [accepted, forgotten, ...more] = await noted()
    deepEqual(more, [])
    deepEqual(
      [accepted, forgotten].map((change) => [change!.kind, change!.subject_key, change!.actor, change!.reason]),
      ['export.accept_loss', 'export.forget'].map((kind) => [kind, 'events', by.actor, 'moved']),
    )
    deepEqual(forgotten!.data, {
      ...{ source: 'events', filters: {}, files: 1, records: (await wholeLog()).length },
      position: (accepted!.data as { position: string }).position,
    })
    await rejects(t.exports.forget('events', { reason: 5 as never }), { code: 'INVALID_COMMAND' })
    await run('events', { output: join(folder, 'again.ndjson') })
    t.hooks.add('beforeCommand', ({ kind, subject }) => {
      if (kind === 'export.forget' && subject.export === 'events') throw new RangeError('ask the warehouse first')
    })
    await rejects(t.exports.forget('events', by), /ask the warehouse first/)
    equal((await t.exports.incremental()).length, 1)
    equal((await noted()).length, 2)
  })

  it('takes the same filters for the same, however they are written', async () => {
    await t.run(sum)
    const since = '2020-01-01T02:00:00+02:00'
    await run('tasks', { filters: { since, state: ['complete', 'cancelled'] } })
    await run('tasks', { filters: { since: new Date(since), state: ['cancelled', 'complete'] } })
    await run('tasks', { filters: { since: '2020-01-01', state: ['complete', 'cancelled'] } })
    await rejects(run('tasks', { filters: { since: '2020-01-02' } }), { code: 'EXPORT_CHANGED' })
  })

  it('says in an event that it has failed, also where it could not begin to write', async () => {
    await t.run(sum)
    const output = join(folder, 'none', 'events.ndjson')
    await rejects(run('events', { output }), { code: 'EXPORT_OUTPUT_UNUSABLE' })
    const told = t.events
      .of('export.*')
      .map(({ name }) => name)
      .filter((name) => name !== 'export.plugin_registered')
    deepEqual(told, ['export.requested', 'export.failed'])
  })

  it('fails where the exporter does not read to the end, and loses nothing by that', async () => {
    await t.run(sum)
    const hasty = {
      name: 'hasty',
      formats: ['hasty'],
      contentType: 'text/plain',
      fileExtension: 'txt',
      async *export(all: AsyncIterable<unknown>) {
        for await (const _ of all) break
        yield 'enough'
      },
    }
    t.exporters.register(hasty, { origin: { kind: 'code', place: 'test' } })
    await rejects(run('events', { format: 'hasty' }), { code: 'EXPORT_RECORDS_LEFT' })
    await run('events')
    deepEqual(
      (await records()).map(({ position }) => position),
      await wholeLog(),
    )
  })

  describe('whose process was killed', () => {
    /** How the database and the folder look when a run ends between two of its four acts. */
    async function leave(act: 'announced' | 'named', where = folder): Promise<string> {
      await t.run(sum)
      await run('events')
      const path = join(where, 'events-000001.ndjson')
      const partial = join(where, '.tasker-export-events-x.partial')
      const { dev, ino } = await import('node:fs').then(({ statSync }) => statSync(where, { bigint: true }))
      const part = { partial, path, folder: `${dev}:${ino}` }
      await runSql(
        t.database,
        `update SCHEMA.export_cursors set position = null, files = 0, records = 0, last_file = null,
          part = '${JSON.stringify(part)}'::jsonb || jsonb_build_object('records', records, 'bytes', 1, 'position', position)`,
      )
      if (act === 'announced') await writeFile(partial, await readFile(path)).then(() => unlink(path))
      await t.run(sum)
      return path
    }
    const exactlyOnce = async () => {
      deepEqual(
        (await records('events')).map(({ position }) => position),
        await wholeLog(),
      )
      ok((await readdir(folder)).every((name) => !name.endsWith('.partial')))
    }

    it('before the file had its name, gives it that', async () => {
      await leave('announced')
      await run('events')
      await exactlyOnce()
      equal((await t.exports.incremental())[0]!.files, 2)
    })

    it('when the file had its name, does not write it again', async () => {
      await leave('named')
      await run('events')
      await exactlyOnce()
    })

    it('does not write it again either where somebody has taken it away', async () => {
      const path = await leave('named')
      await unlink(path)
      const { records: rest } = await run('events')
      const all = await wholeLog()
      deepEqual(
        (await records('events')).map(({ position }) => position),
        all.slice(-rest),
      )
      ok(rest < all.length)
    })

    it('does not go on where it cannot see whether the file has its name', async () => {
      const path = await leave('announced')
      await unlink(join(folder, '.tasker-export-events-x.partial'))
      await runSql(t.database, `update SCHEMA.export_cursors set part = jsonb_set(part, '{folder}', '"1:1"')`)
      await rejects(run('events'), (error: Error & { code: string }) => {
        equal(error.code, 'EXPORT_PART')
        match(error.message, /does not see the folder/)
        ok(error.message.includes(path))
        return true
      })
    })

    it('before it had announced the file, removes it', async () => {
      await t.run(sum)
      await run('events')
      await t.run(sum)
      const [found] = await t.exports.incremental()
      const begun = Date.parse(found!.createdAt).toString(36)
      const of = (name: string) => `.tasker-export-${name}-0198a000-0000-7000-8000-000000000000.partial`
      const others = [of(`events-b-${begun}`), of(`events-${begun}0`), of('events')]
      for (const name of [of(`events-${begun}`), ...others]) await writeFile(join(folder, name), 'half')
      await run('events')
      deepEqual((await readdir(folder)).sort(), [...others, 'events-000001.ndjson', 'events-000002.ndjson'].sort())
    })
  })
})
