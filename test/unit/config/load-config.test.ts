import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { loadConfig } from '../../../core/config/load-config.js'
import {
  ConfigurationFileNotFoundError,
  ConfigurationInvalidError,
  ConfigurationLoadError,
} from '../../../core/errors/configuration-errors.js'
import { ProjectOnDisk } from './project-on-disk.js'

const variables = {}

async function loadFailure(source: string, name = 'tasker.config.ts'): Promise<ConfigurationLoadError> {
  await using project = await ProjectOnDisk.with({ [name]: source })
  try {
    await loadConfig({ cwd: project.directory, variables })
  } catch (error) {
    assert.ok(error instanceof ConfigurationLoadError, String(error))
    assert.equal(error.file, project.path(name))
    return error
  }
  return assert.fail('the configuration was loaded')
}

describe('loadConfig', () => {
  it('gives the defaults where there is no file, and does not look in folders above', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.mjs': 'export default { worker: { name: "above" } }',
      'below/package.json': '{}',
    })
    const config = await loadConfig({ cwd: project.path('below'), variables })
    assert.equal(config.file, undefined)
    assert.equal(config.directory, project.path('below'))
    assert.equal(config.values.worker.name, undefined)
  })

  it('loads TypeScript and JavaScript, and leaves nothing behind in the project', async () => {
    for (const [name, source] of [
      [
        'tasker.config.ts',
        'interface A { n: string }\nconst a: A = { n: "x" }\nexport default { worker: { name: a.n } }',
      ],
      ['tasker.config.mts', 'export default { worker: { name: "x" as string } }'],
      ['tasker.config.mjs', 'export default { worker: { name: "x" } }'],
      ['tasker.config.js', 'module.exports = { worker: { name: "x" } }'],
      [
        'tasker.config.ts',
        'export default Promise.resolve(({ mode }: { mode: string }) => ({ worker: { name: "x" } }))',
      ],
      ['tasker.config.ts', 'export default async () => ({ worker: { name: "x" } })'],
    ] as const) {
      await using project = await ProjectOnDisk.with({ [name]: source, 'node_modules/some/index.js': '' })
      const config = await loadConfig({ cwd: project.directory, variables })
      assert.equal(config.values.worker.name, 'x', name)
      assert.equal(config.file, project.path(name))
      assert.deepEqual(config.sources, { 'worker.name': name })
      assert.deepEqual(await readdir(project.directory), ['node_modules', name])
      assert.deepEqual(await readdir(project.path('node_modules')), ['some'])
    }
  })

  it('prefers TypeScript to what it was compiled to', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts': 'export default { worker: { name: "source" } }',
      'tasker.config.mjs': 'export default { worker: { name: "compiled" } }',
    })
    assert.equal((await loadConfig({ cwd: project.directory, variables })).values.worker.name, 'source')
  })

  it('loads a file that is named, and starts relative paths from its folder', async () => {
    await using project = await ProjectOnDisk.with({ 'etc/other.mjs': 'export default { database: { path: "db" } }' })
    const config = await loadConfig({ cwd: project.directory, file: 'etc/other.mjs', variables })
    assert.equal(config.directory, project.path('etc'))
    assert.equal(config.values.database.path, project.path('etc', 'db'))
    await assert.rejects(loadConfig({ cwd: project.directory, file: 'missing.ts' }), (error) => {
      assert.ok(error instanceof ConfigurationFileNotFoundError)
      assert.equal(error.file, project.path('missing.ts'))
      return true
    })
  })

  it('lets variables win over the file and its overlay, and overrides over variables', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.mjs': `export default {
        logging: { level: 'warn' },
        environments: { production: { logging: { level: 'error' } } },
      }`,
    })
    const level = async (options: object) =>
      (await loadConfig({ cwd: project.directory, environment: 'production', ...options })).values.logging.level
    assert.equal(await level({ variables: {} }), 'error')
    assert.equal(await level({ variables: { TASKER_LOG_LEVEL: 'debug' } }), 'debug')
    const overrides = { logging: { level: 'fatal' } }
    assert.equal(await level({ variables: { TASKER_LOG_LEVEL: 'debug' }, overrides }), 'fatal')
  })

  it('says where a configuration throws, with its own error as cause', async () => {
    const source =
      'const limit: number = 3\n\nfunction fail(): never {\n  throw new TypeError("bad " + limit)\n}\nfail()\nexport default {}'
    const error = await loadFailure(source)
    assert.equal(error.line, 4)
    assert.ok(error.cause instanceof TypeError)
    assert.match(error.message, /tasker\.config\.ts:4:\d+ could not be loaded: TypeError: bad 3\.$/)
  })

  it('says where a JavaScript configuration throws, having run it once', async () => {
    const runs = globalThis as { configurationRuns?: number }
    runs.configurationRuns = 0
    const error = await loadFailure('globalThis.configurationRuns++\nthrow new Error("no")', 'tasker.config.mjs')
    assert.deepEqual([error.line, runs.configurationRuns], [2, 1])
  })

  it('says where a configuration does not parse', async () => {
    assert.equal((await loadFailure('export default {\n  a: 1,\n  b: : 2\n}')).line, 3)
    assert.equal((await loadFailure('export default {\n  a: 1,\n  b: : 2\n}', 'tasker.config.mjs')).line, 3)
  })

  it('says which import is not found', async () => {
    for (const name of ['tasker.config.ts', 'tasker.config.mjs']) {
      const error = await loadFailure("import 'node:fs'\nimport './missing.js'\nexport default {}", name)
      assert.equal(error.line, 2, name)
      assert.match(error.message, /missing/)
    }
  })

  it('says where a configuration that is a function throws', async () => {
    const error = await loadFailure('export default () => {\n  throw new Error("no secret in the environment")\n}')
    assert.equal(error.line, 2)
    const rejected = await loadFailure('export default Promise.reject(new Error("late"))')
    assert.match(rejected.message, /late/)
  })

  it('asks for a default export where there is none', async () => {
    assert.match(
      (await loadFailure('export const config = {}')).message,
      /no default export; it exports only config\. Write/,
    )
    assert.match((await loadFailure('const a = 1')).message, /no default export; it exports nothing/)
  })

  it('names the file in the problems of an invalid configuration', async () => {
    await using project = await ProjectOnDisk.with({ 'tasker.config.ts': 'export default { boot: { timeoutMs: 0 } }' })
    await assert.rejects(loadConfig({ cwd: project.directory, variables }), (error) => {
      assert.ok(error instanceof ConfigurationInvalidError)
      assert.match(
        error.message,
        /boot\.timeoutMs \(tasker\.config\.ts:1:26\): expected an integer from 1, received the number 0/,
      )
      return true
    })
  })
})
