import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { ExporterDefinition, ExportRequest } from '../../../core/contracts/exporter.js'
import { taskRecord } from '../../support/task-records.js'
import { workbench } from './export-workbench.js'

const tasks = Array.from({ length: 600 }, () => taskRecord())
const request: ExportRequest = { source: 'tasks', format: 'ndjson' }

/** Writes more than a chunk, then fails. */
const failing: ExporterDefinition = {
  name: 'failing',
  formats: ['failing'],
  contentType: 'text/plain',
  fileExtension: 'txt',
  async *export() {
    for (let chunk = 0; chunk < 4; chunk++) yield 'x'.repeat(70_000)
    throw new RangeError('no ink')
  },
}

describe('the output of an export', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-exports-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is a file with everything in it, and nothing beside it', async () => {
    const output = join(folder, 'tasks.ndjson')
    const result = await workbench({ tasks }).run({ ...request, output })
    const written = await readFile(output)
    equal(written.length, result.bytes)
    equal(written.toString().trimEnd().split('\n').length, 600)
    equal(result.output, output)
    deepEqual(await readdir(folder), ['tasks.ndjson'])
  })

  it('replaces a file as a whole, keeps its mode, and writes through a link', async () => {
    const output = join(folder, 'tasks.ndjson')
    await writeFile(output, 'before'.repeat(1e6), { mode: 0o640 })
    await chmod(output, 0o640)
    await symlink(output, join(folder, 'latest'))
    const { bytes } = await workbench({ tasks }).run({ ...request, output: join(folder, 'latest') })
    const { size, mode } = await stat(output)
    deepEqual([size, mode & 0o777], [bytes, 0o640])
    ok((await readdir(folder)).length === 2)
  })

  it('leaves no partial file when the export fails, and what was there before stays', async () => {
    const output = join(folder, 'kept.txt')
    const { run } = workbench({ exporters: [failing] })
    await rejects(run({ ...request, format: 'failing', output: join(folder, 'new.txt') }), { code: 'EXPORTER_FAILED' })
    await writeFile(output, 'before')
    await rejects(run({ ...request, format: 'failing', output }), { code: 'EXPORTER_FAILED' })
    deepEqual(await readdir(folder), ['kept.txt'])
    equal(await readFile(output, 'utf8'), 'before')
  })

  it('removes what killed processes have left in the folder, when nobody has written to it for a day', async () => {
    const id = '0198a000-0000-7000-8000-000000000000'
    const old = [`.tasker-export-${id}.partial`, `.tasker-export-${id}-2.partial`]
    const incremental = `.tasker-export-events-mjuohs00-${id}.partial`
    const fresh = '.tasker-export-0198a000-0000-7000-8000-000000000001.partial'
    const yesterday = new Date(Date.now() - 25 * 3_600_000)
    for (const name of [...old, incremental, fresh, '.tasker-export-mine.partial']) {
      await writeFile(join(folder, name), 'half')
      if (name !== fresh) await utimes(join(folder, name), yesterday, yesterday)
    }
    await workbench({ tasks }).run({ ...request, output: join(folder, 'tasks.ndjson') })
    deepEqual(
      (await readdir(folder)).sort(),
      [fresh, incremental, '.tasker-export-mine.partial', 'tasks.ndjson'].sort(),
    )
  })

  it('leaves no partial file when the export is aborted', async () => {
    const controller = new AbortController()
    const onRead = (pages: number) => (pages === 2 ? controller.abort() : undefined)
    const { run } = workbench({ tasks, onRead })
    const output = join(folder, 'tasks.ndjson')
    await rejects(run({ ...request, output, signal: controller.signal }), { code: 'EXPORT_ABORTED' })
    deepEqual(await readdir(folder), [])
  })

  it('cannot be a directory, nor lie in a folder that does not exist or is a file', async () => {
    const { run, store, events } = workbench({ tasks })
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'file'), '')
    const refused = (message: RegExp) => ({ code: 'EXPORT_OUTPUT_UNUSABLE', message })
    await rejects(run({ ...request, output: join(folder, 'sub') }), refused(/it is a directory.*sub\/export/))
    await rejects(
      run({ ...request, output: join(folder, 'none', 'a.csv') }),
      refused(/there is no folder .*none.*Create the folder/),
    )
    await rejects(run({ ...request, output: join(folder, 'file', 'a.csv') }), refused(/is not a folder/))
    equal(store.pagesRead, 0)
    deepEqual(events.filter(({ name }) => name === 'export.failed').length, 3)
  })

  // A pipe of our own stands for every special file: were this to break, a test as root on /dev/null would replace the device.
  it('may be a pipe or a device, which is written to and not replaced', async () => {
    const output = join(folder, 'pipe')
    execFileSync('mkfifo', [output])
    const [received, { bytes }] = await Promise.all([
      text(createReadStream(output)),
      workbench({ tasks }).run({ ...request, output }),
    ])
    equal(Buffer.byteLength(received), bytes)
    ok((await stat(output)).isFIFO())
  })

  it('is a stream that ends with the export', async () => {
    const stream = new PassThrough()
    const [received, result] = await Promise.all([
      text(stream),
      workbench({ tasks }).run({ ...request, output: stream }),
    ])
    equal(Buffer.byteLength(received), result.bytes)
    equal(result.output, undefined)
  })

  it('makes the export wait while the stream is full', async () => {
    const resumes: (() => void)[] = []
    const stream = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void resumes.push(done) })
    const { run, store } = workbench({ tasks: Array.from({ length: 5000 }, () => taskRecord()) })
    const running = run({ ...request, output: stream })
    await new Promise((resolve) => setTimeout(resolve, 50))
    ok(store.pagesRead <= 3, `${store.pagesRead} pages read ahead of a full stream`)
    const timer = setInterval(() => resumes.shift()?.(), 1)
    equal((await running).records, 5000)
    clearInterval(timer)
  })

  it('destroys a stream whose export fails, so that half of it is not taken for the whole', async () => {
    const stream = new PassThrough()
    const received = text(stream)
    const { run } = workbench({ exporters: [failing] })
    await rejects(run({ ...request, format: 'failing', output: stream }), { code: 'EXPORTER_FAILED' })
    await rejects(received)
    ok(stream.destroyed)
  })

  it('is at fault when the stream fails or is closed, not the exporter', async () => {
    const full = new Writable({ write: (_chunk, _encoding, done) => done(new RangeError('disk full')) })
    const { run, events } = workbench({ tasks })
    await rejects(run({ ...request, output: full }), { code: 'EXPORT_OUTPUT_UNUSABLE', message: /disk full/ })
    const closed = new PassThrough()
    closed.destroy()
    await rejects(run({ ...request, output: closed }), { code: 'EXPORT_OUTPUT_UNUSABLE', message: /closed already/ })
    const leaving = new Writable({ write: () => void leaving.destroy() })
    await rejects(run({ ...request, output: leaving }), { code: 'EXPORT_OUTPUT_UNUSABLE' })
    equal(events.filter(({ name }) => name === 'export.failed').length, 3)
  })

  it('gives up on a full stream when the signal fires', async () => {
    const stuck = new Writable({ highWaterMark: 1, write: () => undefined })
    const controller = new AbortController()
    const running = workbench({ tasks }).run({ ...request, output: stuck, signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    await rejects(running, { code: 'EXPORT_ABORTED' })
  })

  it('leaves standard output open', async () => {
    const stream = Object.assign(new PassThrough(), { fd: 1 })
    stream.resume()
    await workbench({ tasks }).run({ ...request, output: stream })
    equal(stream.writableEnded, false)
    const { run } = workbench({ exporters: [failing] })
    await rejects(run({ ...request, format: 'failing', output: stream }))
    equal(stream.destroyed, false)
  })
})
