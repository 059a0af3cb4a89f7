import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import type { ExporterDefinition, ExportRecord } from '../../../core/index.js'
import { csvExporter } from '../../../exporters/csv/index.js'
import { jsonExporter } from '../../../exporters/json/index.js'
import { ndjsonExporter } from '../../../exporters/ndjson/index.js'
import { contextOf, exported } from './exported.js'

const columns = ['id', 'text']

/** Records without end that say how many of them were taken. */
function endless(): AsyncIterable<ExportRecord> & { taken: number; isClosed: boolean } {
  return {
    taken: 0,
    isClosed: false,
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) yield { id: this.taken++, text: 'x'.repeat(200) }
      } finally {
        this.isClosed = true
      }
    },
  }
}

for (const exporter of [csvExporter, jsonExporter, ndjsonExporter] as readonly ExporterDefinition[]) {
  describe(`the ${exporter.name} exporter, as a stream`, () => {
    it('reads no further ahead of what was taken from it than a chunk and a page', async () => {
      const records = endless()
      const chunks = exporter.export(records, contextOf(columns))[Symbol.asyncIterator]()
      let length = 0
      for (let pulls = 0; pulls < 20; pulls++) length += String((await chunks.next()).value).length
      const written = Math.floor(length / 200)
      ok(records.taken <= written + 64 + 1, `${records.taken} records taken for ${written} written`)
      await chunks.return?.()
      ok(records.isClosed, 'the records were left open')
    })

    it('yields no chunk much longer than 64 KiB', async () => {
      const chunks = exporter.export(endless(), contextOf(columns))[Symbol.asyncIterator]()
      for (let pulls = 0; pulls < 20; pulls++) ok(String((await chunks.next()).value).length < 70_000)
      await chunks.return?.()
    })

    it('writes the same from pages as from single records', async () => {
      const all = Array.from({ length: 777 }, (_, id) => ({ id, text: `é"${id}` }))
      const paged = {
        [Symbol.asyncIterator](): AsyncIterator<ExportRecord> {
          throw new TypeError('read one by one although there are pages')
        },
        async *pages() {
          for (let start = 0; start < all.length; start += 100) yield all.slice(start, start + 100)
        },
      }
      let text = ''
      for await (const chunk of exporter.export(paged, contextOf(columns))) text += chunk
      equal(text, await exported(exporter, all, columns))
    })

    it('stops when the signal fires', async () => {
      const controller = new AbortController()
      const chunks = exporter.export(endless(), contextOf(columns, {}, controller.signal))[Symbol.asyncIterator]()
      await chunks.next()
      controller.abort(new RangeError('enough'))
      await rejects(async () => {
        for (let pulls = 0; pulls < 10; pulls++) await chunks.next()
      }, RangeError)
    })

    it('passes an error of its records on', async () => {
      const failing = async function* () {
        yield { id: 1 }
        throw new RangeError('the store is gone')
      }
      await rejects(exported(exporter, failing(), columns), { message: 'the store is gone' })
    })

    it('says what it is', () => {
      deepEqual(exporter.formats.includes(exporter.name), true)
      ok(exporter.contentType.includes('/') && !exporter.fileExtension.startsWith('.'))
    })
  })
}
