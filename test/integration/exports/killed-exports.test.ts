import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import { createTasker, defineTask, type Tasker } from '../../../core/index.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'
import { WorkingProcess } from '../../support/working-process.js'

/** How often the process is killed, and how long it may live at most, in milliseconds. */
const kills = 12
const longestLifeMs = 2_000
/** So soon after something has happened in the folder, in milliseconds: that is when the database is about to be told. */
const shortestMs = 4
/** How many tasks there are to begin with. */
const backlog = 150

/** Waits until so much has happened in a folder: a file was made, written, given its name. */
async function afterActs(folder: string, acts: number): Promise<void> {
  const signal = AbortSignal.timeout(longestLifeMs)
  let left = acts
  try {
    for await (const _ of watch(folder, { signal })) if (--left <= 0) break
  } catch {
    // Nothing more happens: all is exported.
  }
  await sleep(Math.random() * shortestMs)
}

const brief = defineTask({ namespace: 'shared', name: 'brief' }).step('only', async () => 'done')

describe('Incremental exports whose process is killed at any moment', function () {
  this.timeout(180_000)
  let folder: string
  let schema: TestSchema
  let environment: Readonly<Record<string, string>>
  let running: WorkingProcess | undefined

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-killed-exports-'))
    schema = await openTestSchema()
    const output = join(folder, 'out')
    await mkdir(output)
    environment = { ...schema.environment, TEST_FOLDER: join(folder, 'db'), TEST_OUTPUT: output }
  })
  afterEach(async () => {
    await running?.kill()
    await schema.close()
    await rm(folder, { recursive: true, force: true })
  })

  const start = async (more: Readonly<Record<string, string>> = {}): Promise<WorkingProcess> => {
    running = await WorkingProcess.start({ ...environment, ...more }, 'exporting-process')
    return running
  }

  const open = (): Promise<Tasker> =>
    createTasker({
      database: schema.database ?? { path: join(folder, 'db') },
      handlers: [brief],
      discovery: { packages: false },
      logging: { level: 'silent' },
    })

  async function fill(): Promise<void> {
    const tasker = await open()
    await tasker.start()
    const created = await Promise.all(Array.from({ length: backlog }, () => tasker.tasks.create(brief)))
    await Promise.all(created.map(({ id }) => tasker.tasks.wait(id)))
    await tasker.stop()
  }

  async function whole(source: 'events' | 'tasks'): Promise<readonly string[]> {
    const tasker = await open()
    const output = join(folder, `${source}.csv`)
    const filters = source === 'tasks' ? { state: ['complete'] as const } : {}
    await tasker.exports.run({ source, format: 'csv', output, filters })
    await tasker.stop()
    return keysIn(await readFile(output, 'utf8'), source)
  }

  function keysIn(text: string, source: 'events' | 'tasks'): readonly string[] {
    const records = parse(text, { columns: true }) as Record<string, string>[]
    return records.map((record) => record[source === 'events' ? 'position' : 'id']!)
  }

  async function exported(
    source: 'events' | 'tasks',
  ): Promise<{ readonly files: number; readonly keys: readonly string[] }> {
    const names = (await readdir(join(folder, 'out'))).filter((name) => name.startsWith(`${source}-`)).sort()
    const texts = await Promise.all(names.map((name) => readFile(join(folder, 'out', name), 'utf8')))
    return { files: names.length, keys: texts.flatMap((text) => keysIn(text, source)) }
  }

  it('have each record exactly once, in files that are whole', async () => {
    await fill()
    for (let kill = 0; kill < kills; kill++) {
      const process = await start({ TEST_TASKS: '5' })
      await afterActs(join(folder, 'out'), Math.ceil(Math.random() * 8))
      await process.kill()
    }
    // What was under way at the last kill is finished by a worker.
    const last = await start({ TEST_TASKS: '1' })
    await sleep(1_500)
    await last.kill()
    const clean = await start()
    const ended = once(clean.process, 'exit')
    await Promise.race([clean.said('done'), ended])
    ok(clean.lines('done').length > 0, 'the last run failed')
    await ended
    for (const source of ['events', 'tasks'] as const) {
      const { files, keys } = await exported(source)
      const all = await whole(source)
      ok(files > 1 && all.length > 100, `${files} files, ${all.length} ${source}`)
      equal(new Set(keys).size, keys.length, `some ${source} are there twice`)
      deepEqual([...keys].sort(), [...all].sort())
      if (source === 'events') deepEqual(keys, [...keys].sort())
    }
    const left = (await readdir(join(folder, 'out'))).filter((name) => name.startsWith('.'))
    deepEqual(left, [])
  })
})
