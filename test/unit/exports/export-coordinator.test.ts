import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { Writable } from 'node:stream'
import { parse } from 'csv-parse/sync'
import { Type } from 'typebox'
import type { ExporterDefinition, ExportRequest } from '../../../core/contracts/exporter.js'
import { recordsPerPage } from '../../../core/exports/record-source.js'
import { defineExporter } from '../../../core/index.js'
import { taskRecord } from '../../support/task-records.js'
import { workbench } from './export-workbench.js'

const tasks = Array.from({ length: 600 }, (_, index) => taskRecord({ context: { orderId: index } }))
const request: ExportRequest = { source: 'tasks', format: 'csv' }

function exporter(run: ExporterDefinition['export'], name = 'broken'): ExporterDefinition {
  return { name, formats: [name], contentType: 'text/plain', fileExtension: 'txt', export: run }
}
const broken = { source: 'tasks', format: 'broken' } as const

describe('an export', () => {
  it('counts records and bytes, and announces its beginning and its end once', async () => {
    const { run, events } = workbench({ tasks })
    const result = await run({ ...request, options: { delimiter: ';' } })
    const { exportId, source, format, records, bytes, durationMs } = result
    equal(records, 600)
    ok(bytes > 600 * 100 && durationMs >= 0)
    deepEqual(result.exporter, 'csv')
    const options = {
      delimiter: ';',
      header: true,
      bom: false,
      quoteAll: false,
      recordDelimiter: '\n',
      formulas: 'neutralise',
    }
    deepEqual(events, [
      { name: 'export.requested', payload: { exportId, source, format, options } },
      { name: 'export.completed', payload: { exportId, source, format, records, bytes, durationMs } },
    ])
  })

  it('reads a page only when the exporter is ready for it', async () => {
    let isOpen = false
    const slow = exporter(async function* (records) {
      for await (const _ of records) {
        if (isOpen) continue
        isOpen = true
        equal(store.pagesRead, 1)
        yield 'x'
      }
    })
    const { run, store } = workbench({ tasks, exporters: [slow] })
    equal((await run(broken)).records, 600)
    equal(store.pagesRead, 600 / recordsPerPage)
  })

  it('gives an exporter only the columns asked for, paths into them included', async () => {
    const { run } = workbench({ tasks: tasks.slice(0, 2), exporters: [collecting([])] })
    const seen: unknown[] = []
    const { run: runCollecting } = workbench({ tasks: tasks.slice(0, 2), exporters: [collecting(seen)] })
    await runCollecting({
      ...request,
      format: 'collect',
      columns: ['version', 'context.orderId', 'context.constructor'],
    })
    deepEqual(seen, [
      { version: '1.0.0', 'context.orderId': 0, 'context.constructor': null },
      { version: '1.0.0', 'context.orderId': 1, 'context.constructor': null },
    ])
    for (const columns of [['versoin'], [], ['id', 'id']]) {
      await rejects(run({ ...request, columns }), { code: 'INVALID_EXPORT_COLUMNS' })
    }
    await rejects(run({ ...request, columns: ['versoin'] }), /Did you mean "version"\?/)
  })

  it('refuses before it begins, without an event, what cannot be meant', async () => {
    const { run, events, store } = workbench({ tasks })
    await rejects(run({ ...request, source: 'task' as 'tasks' }), {
      code: 'UNKNOWN_EXPORT_SOURCE',
      message: /Did you mean "tasks"/,
    })
    await rejects(run({ ...request, format: 'cvs' }), { code: 'UNKNOWN_EXPORT_FORMAT' })
    await rejects(run({ ...request, options: { delimeter: ';' } }), {
      code: 'INVALID_EXPORT_OPTIONS',
      message: /there is no option "delimeter".*Did you mean "delimiter"\?/,
    })
    await rejects(run({ ...request, options: { delimiter: ';;', formulas: 'run' } }), {
      message:
        /delimiter must match pattern.*formulas must be equal to one of the allowed values: \["neutralise","keep"\]/,
    })
    await rejects(run({ ...request, filters: { taskId: 'x' } }), { code: 'INVALID_EXPORT_FILTER' })
    await rejects(run({ ...request, filters: { state: 'done' as 'complete' } }), /"done" is not a state/)
    await rejects(run({ ...request, filters: { since: 'yesterday' } }), /"yesterday" is neither a Date nor/)
    await rejects(run({ ...request, output: 7 as unknown as string }), { code: 'EXPORT_OUTPUT_UNUSABLE' })
    deepEqual(events, [])
    equal(store.pagesRead, 0)
  })

  it('asks the hooks, which may refuse', async () => {
    const seen: ExportRequest[] = []
    const beforeExport = async (asked: ExportRequest) => {
      seen.push(asked)
      if (asked.filters === undefined) throw new RangeError('not everything')
    }
    const { run, events } = workbench({ tasks, beforeExport })
    await rejects(run(request), { message: 'not everything' })
    deepEqual([seen, events], [[request], []])
    await run({ ...request, filters: { namespace: 'shop' } })
    equal(events.length, 2)
  })

  it('names the exporter that throws, once, and says so in one event', async () => {
    const cause = new RangeError('no ink')
    const failing = exporter(async function* (records) {
      for await (const _ of records) throw cause
      yield ''
    })
    const { run, events } = workbench({ tasks, exporters: [failing] })
    const error = await run(broken).catch((error: unknown) => error as Error & { code: string })
    ok(error instanceof Error && 'code' in error)
    equal(error.code, 'EXPORTER_FAILED')
    equal(error.cause, cause)
    match(error.message, /^Exporter broken failed after it had read 1 records of tasks: no ink\./)
    deepEqual(
      events.map(({ name }) => name),
      ['export.requested', 'export.failed'],
    )
    const { error: told, records } = events[1]!.payload as { error: Record<string, unknown>; records: number }
    deepEqual([told.code, told.category, records], ['EXPORTER_FAILED', 'runtime', 1])
  })

  it('names an exporter that throws before it begins', async () => {
    const failing = exporter(() => {
      throw new RangeError('no ink')
    })
    await rejects(workbench({ exporters: [failing] }).run(broken), { code: 'EXPORTER_FAILED' })
  })

  it('refuses chunks and results that cannot be written, and names the exporter', async () => {
    const ofObjects = exporter(async function* () {
      yield { a: 1 } as unknown as string
    })
    const promised = exporter((async () => 'text') as unknown as ExporterDefinition['export'])
    const refusal = (received: string) => ({
      code: 'INVALID_EXPORTER_OUTPUT',
      message: new RegExp(`Exporter broken.*Received ${received}`),
    })
    await rejects(workbench({ exporters: [ofObjects] }).run(broken), refusal('an object'))
    await rejects(workbench({ exporters: [promised] }).run(broken), refusal('a promise'))
  })

  it('takes bytes as they are, between text, in order', async () => {
    const mixed = exporter(async function* () {
      yield 'é'
      yield new Uint8Array([0xff, 0x00, 0x01]).subarray(1)
      yield 'z'
    })
    equal((await workbench({ exporters: [mixed] }).run(broken)).bytes, 2 + 2 + 1)
  })

  it('gives a character whole whose halves come in two pieces', async () => {
    const text = `${'x'.repeat(65_535)}😀é😀`
    const halves = exporter(async function* () {
      for (let at = 0; at < text.length; at++) yield text[at]!
    })
    const chunks: Buffer[] = []
    const output = new Writable({
      write(chunk, _, done) {
        chunks.push(chunk)
        done()
      },
    })
    await workbench({ exporters: [halves] }).run({ ...broken, output })
    equal(Buffer.concat(chunks).toString(), text)
    ok(chunks.length > 1)
  })

  it('ends well where only its progress cannot be told', async () => {
    const { run, events, store } = workbench({ tasks })
    store.countTasks = () => Promise.reject(new RangeError('too many to count'))
    const shares: (number | undefined)[] = []
    const { records } = await run({ ...request, onProgress: (_, { share }) => shares.push(share) })
    equal(records, 600)
    ok(shares.length > 0 && shares.every((share) => share === undefined))
    deepEqual(
      events.map(({ name }) => name),
      ['export.requested', 'export.completed'],
    )
  })

  it('does not blame the exporter for a store that fails', async () => {
    const onRead = (pages: number) => {
      if (pages === 1) throw new RangeError('connection lost')
    }
    const swallowing = exporter(async function* (records) {
      try {
        for await (const _ of records) yield 'x'
      } catch {
        yield 'all is well'
      }
    })
    for (const format of ['csv', 'broken']) {
      const { run, events } = workbench({ tasks, onRead, exporters: [swallowing] })
      await rejects(run({ ...broken, format }), { name: 'RangeError', message: 'connection lost' })
      deepEqual(
        events.map(({ name, payload }) => [name, payload.records]),
        [
          ['export.requested', undefined],
          ['export.failed', recordsPerPage],
        ],
      )
    }
  })

  it('stops at once when its signal fires, even while the exporter hangs', async () => {
    const hanging = exporter(async function* () {
      yield 'x'
      await new Promise(() => undefined)
    })
    const { run, events } = workbench({ exporters: [hanging] })
    const controller = new AbortController()
    setTimeout(() => controller.abort(new RangeError('changed my mind')), 20)
    await rejects(run({ ...broken, signal: controller.signal }), { code: 'EXPORT_ABORTED', message: /changed my mind/ })
    deepEqual(
      events.map(({ name }) => name),
      ['export.requested', 'export.failed'],
    )
  })

  it('reads no page after its signal fired, even for an exporter that takes all records before it writes', async () => {
    const controller = new AbortController()
    const onRead = (pages: number) => (pages === 1 ? controller.abort() : undefined)
    const { run, store } = workbench({ tasks: [...tasks, ...tasks], onRead, exporters: [collecting([])] })
    await rejects(run({ ...request, format: 'collect', signal: controller.signal }), { code: 'EXPORT_ABORTED' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    equal(store.pagesRead, 2)
  })

  it('refuses an exporter that reads its records twice', async () => {
    const twice = exporter(async function* (records) {
      for await (const _ of records);
      for await (const _ of records);
      yield ''
    })
    await rejects(workbench({ exporters: [twice] }).run(broken), /Exporter broken failed.*were read a second time/)
  })

  it('tells the progress in records, up to the last', async () => {
    const progress: number[] = []
    await workbench({ tasks }).run({ ...request, onProgress: (records) => progress.push(records) })
    ok(progress.length > 1)
    deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    )
    equal(progress.at(-1), 600)
  })

  it('hands an exporter of a user its options with defaults, and masks secrets among them in the event', async () => {
    let seen: unknown
    const custom = defineExporter({
      name: 'custom',
      formats: ['custom'],
      contentType: 'text/plain',
      fileExtension: 'txt',
      options: Type.Object({ indent: Type.Integer({ default: 2 }), apiToken: Type.String() }),
      async *export(_records, { options }) {
        seen = options
        yield String(options.indent)
      },
    })
    const { run, events } = workbench({ exporters: [custom] })
    const given = { apiToken: 's3cret' }
    await run({ source: 'tasks', format: 'CUSTOM', options: given })
    deepEqual(seen, { indent: 2, apiToken: 's3cret' })
    deepEqual(given, { apiToken: 's3cret' })
    deepEqual(events[0]?.payload.options, { indent: 2, apiToken: '[FILTERED]' })
  })

  it('writes an empty export as a header alone', async () => {
    const result = await workbench().run({ ...request, columns: ['id'] })
    deepEqual([result.records, result.bytes], [0, parse('id\n').length * 3])
  })
})

function collecting(seen: unknown[]): ExporterDefinition {
  return exporter(async function* (records) {
    for await (const record of records) seen.push(record)
    yield ''
  }, 'collect')
}
