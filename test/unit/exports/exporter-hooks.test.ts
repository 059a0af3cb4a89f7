import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import type { ExporterDefinition } from '../../../core/contracts/exporter.js'
import { ExporterHooks } from '../../../core/exports/exporter-hooks.js'
import { defineExporter, ExportRefusedError } from '../../../core/index.js'
import { taskRecord } from '../../support/task-records.js'
import { workbench } from './export-workbench.js'

const tasks = [taskRecord()]
const request = { source: 'tasks', format: 'told', filters: { namespace: 'shop' } } as const

function told(hooks: Partial<ExporterDefinition>, fails = false): ExporterDefinition {
  return defineExporter({
    name: 'told',
    formats: ['told'],
    contentType: 'text/plain',
    fileExtension: 'txt',
    ...hooks,
    async *export(records) {
      for await (const record of records) yield String(record.id)
      if (fails) throw new RangeError('no ink')
    },
  })
}

describe('The hooks of an exporter', () => {
  it('are told before and after an export what it is and what has become of it', async () => {
    const seen: unknown[] = []
    const hooks = {
      onRequest: ({ signal, ...rest }: object & { signal?: unknown }) => seen.push(['request', rest]),
      onComplete: (outcome: unknown) => seen.push(['complete', outcome]),
    }
    const { run, warnings } = workbench({ tasks, exporters: [told(hooks)] })
    const { exportId, bytes } = await run(request)
    const { durationMs } = (seen[1] as [string, { durationMs: number }])[1]
    ok(durationMs >= 0)
    const about = { exportId, source: 'tasks', format: 'told' }
    deepEqual(seen, [
      ['request', { ...about, filters: { namespace: 'shop' }, options: {} }],
      ['complete', { ...about, status: 'completed', files: [], records: 1, bytes, durationMs }],
    ])
    deepEqual(warnings, [])
  })

  it('are told of a failure as the caller is', async () => {
    const seen: { status: string; error?: unknown }[] = []
    const onComplete = (outcome: never) => seen.push(outcome)
    const { run } = workbench({ tasks, exporters: [told({ onComplete }, true)] })
    const error = await run(request).catch((error: unknown) => error)
    deepEqual(
      seen.map(({ status, error }) => [status, error]),
      [['failed', error]],
    )
  })

  it('do not hurt the export when they throw, reject or hang', async () => {
    for (const broken of [
      () => {
        throw new RangeError('no')
      },
      () => Promise.reject(new RangeError('no')),
      () => new Promise(() => undefined),
    ]) {
      const { run, events, warnings } = workbench({
        tasks,
        exporters: [told({ onRequest: broken, onComplete: broken })],
      })
      equal((await run(request)).records, 1)
      deepEqual(
        events.map(({ name }) => name),
        ['export.requested', 'export.completed'],
      )
      deepEqual(
        warnings.map(([, message]) => message),
        ['onRequest of exporter told failed', 'onComplete of exporter told failed'],
      )
    }
  })

  it('may refuse before anything happens', async () => {
    const onRequest = async () => {
      throw new ExportRefusedError('not on a Sunday')
    }
    const { run, events, store } = workbench({ tasks, exporters: [told({ onRequest })] })
    await rejects(run(request), { code: 'EXPORT_REFUSED', message: /refused the export: not on a Sunday/ })
    deepEqual([events, store.pagesRead], [[], 0])
  })

  it('are told of stored metrics, each for itself', async () => {
    const seen: unknown[] = []
    const synced = { workerId: 'w', snapshot: { takenAt: 'now', metrics: [] } }
    const broken = told({ onCacheSync: () => Promise.reject(new RangeError('no')) })
    const fine = told({ onCacheSync: (each) => seen.push(each) })
    const warnings: unknown[] = []
    const hooks = new ExporterHooks({ warn: (...line: unknown[]) => void warnings.push(line) })
    await hooks.cacheSync([broken, fine], synced)
    deepEqual(seen, [synced])
    equal(warnings.length, 1)
  })
})
