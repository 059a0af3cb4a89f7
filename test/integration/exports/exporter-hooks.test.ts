import { deepEqual, ok } from 'node:assert/strict'
import { defineExporter } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

describe('An exporter in a worker', function () {
  this.timeout(60_000)

  it('is told when the worker has stored its metrics, beside one that cannot bear it', async () => {
    const seen: { readonly workerId: string; readonly names: readonly string[] }[] = []
    const about = { contentType: 'text/plain', fileExtension: 'txt' }
    const told = defineExporter({
      ...{ ...about, name: 'told', formats: ['told'] },
      async *export() {},
      onCacheSync: ({ workerId, snapshot }) => {
        seen.push({ workerId, names: snapshot.metrics.map(({ name }) => name) })
      },
    })
    const broken = defineExporter({
      ...{ ...about, name: 'broken', formats: ['broken'] },
      async *export() {},
      onCacheSync: () => Promise.reject(new RangeError('no')),
    })
    await using t = await openTestTasker({ exporters: [broken, told], metrics: { snapshotIntervalMs: 60_000 } })
    await t.clock.advance('1m')
    await t.clock.advance('1m')
    ok(seen.length >= 1)
    deepEqual(
      seen.map(({ workerId }) => workerId),
      seen.map(() => t.workerId),
    )
  })
})
