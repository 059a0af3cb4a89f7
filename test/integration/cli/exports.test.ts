import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { IncrementalExport } from '../../../core/index.js'
import { CliProject } from './cli-project.js'

describe('tasker export and tasker exports', function () {
  this.timeout(300_000)
  let project: CliProject

  before(async () => {
    project = await CliProject.create()
    const order = ['--context', '{"orderId": 1}', '--json']
    await project.json('run', 'payments/process_order', ...order)
  })
  after(() => project.remove())

  const files = async () =>
    (await readdir(project.folder)).filter((name) => /^(out|slow|\.tasker-export)/.test(name)).sort()

  it('compress, split and flatten, and list the files', async () => {
    const asked = ['--flatten', 'results', '--columns', 'name,results', '--split', '1MB', '--json']
    const output = ['--output', 'out.csv.gz']
    const result = await project.json<{ files: { path: string; records: number }[] }>(
      'export',
      'steps',
      ...output,
      ...asked,
    )
    assert.deepEqual(
      result.files.map(({ path, records }) => [path, records]),
      [[join(project.folder, 'out-000001.csv.gz'), 4]],
    )
    const text = gunzipSync(await readFile(result.files[0]!.path)).toString()
    assert.match(text, /^name,results\.total,results\.charged,results\.token,results\.reserved,results\.confirmed\n/)
    assert.match(text, /\ncharge,,99\.9,\[FILTERED\],,\n/)
  })

  it('go on where they were, are listed and forgotten', async () => {
    const run = () => project.call('export', 'tasks', '--output', 'out.ndjson', '--incremental', 'warehouse')
    const [first, second] = [await run(), await run()]
    assert.match(first.errors, /exported 1 tasks to .*out-000001\.ndjson as ndjson/)
    assert.match(second.errors, /exported 0 tasks to no file: there is nothing new/)
    const [state] = await project.json<IncrementalExport[]>('exports', 'list', '--json')
    assert.deepEqual([state?.name, state?.source, state?.files, state?.records], ['warehouse', 'tasks', 1, 1])
    assert.match((await project.call('exports', 'list')).output, /^NAME .*\nwarehouse +tasks +1 +1 .* at rest /)
    assert.equal((await project.call('exports', 'accept-loss', 'warehouse')).code, 0)
    const misspelt = await project.call('exports', 'accept-loss', 'warehose')
    assert.notEqual(misspelt.code, 0)
    assert.match(misspelt.errors, /Did you mean "warehouse"/)
    const forget = ['exports', 'forget', 'warehouse', '--reason', 'filled anew', '--json']
    assert.deepEqual(await project.json(...forget), { name: 'warehouse', isForgotten: true })
  })

  it('leave nothing behind when they are interrupted', async () => {
    await project.write(
      'slow.exporter.ts',
      `import { setTimeout as sleep } from 'node:timers/promises'
      import { defineExporter } from 'tasker'
      export const slow = defineExporter({
        name: 'slow', formats: ['slow'], contentType: 'text/plain', fileExtension: 'slow',
        async *export(records, { signal }) {
          for await (const record of records) {
            yield 'x'.repeat(100_000)
            process.stderr.write('it writes')
            await sleep(60_000, undefined, { signal })
          }
        },
      })`,
    )
    await project.write(
      'slow.config.ts',
      `import { defineConfig } from 'tasker'\nexport default defineConfig({ handlers: ['./handlers'], exporters: ['./slow.exporter.ts'] })`,
    )
    const before = await files()
    for (const more of [[], ['--split', '1MB'], ['--incremental', 'slow']]) {
      const running = project.start('export', 'events', '--output', 'slow.slow', ...more, '--config', 'slow.config.ts')
      await running.said(/it writes/)
      running.process.kill('SIGINT')
      const { code, errors } = await running.ended
      assert.notEqual(code, 0)
      assert.match(errors, /aborted after \d+ records/)
      assert.deepEqual(await files(), before)
    }
  })

  it('refuse a size that is none', async () => {
    const { code, errors } = await project.call('export', 'tasks', '--output', 'a.csv', '--split', 'much')
    assert.equal(code, 2)
    assert.match(errors, /a number with a unit, such as 500kB/)
  })
})
