import 'reflect-metadata'
import assert from 'node:assert/strict'
import { cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as tsyringe from 'tsyringe'
import * as typebox from 'typebox'
import { createModuleLoader, type ModuleLoader } from '../../../core/config/module-loader.js'
import { ModuleLoadError } from '../../../core/errors/configuration-errors.js'
import { ProjectOnDisk } from './project-on-disk.js'

const decorated = `
import { inject, injectable } from 'tsyringe'
import type { Logger } from './logger.js'
import { Clock } from './clock.js'

export const LOGGER = Symbol.for('test.logger')

@injectable()
export class Audit {
  readonly lines: string[] = []
  constructor(@inject(LOGGER) private readonly log: Logger, readonly clock: Clock) {}
  record() { return [this.log, this.clock.now(), this.lines.length] }
}
`
const clock = `
import { injectable } from 'tsyringe'
@injectable()
export class Clock { now() { return 'noon' } }
`

describe('The module loader', () => {
  it('loads classes with decorators, metadata and decorated parameters, for the container that runs', async () => {
    await using project = await ProjectOnDisk.with({
      'audit.ts': decorated,
      'clock.ts': clock,
      'logger.ts': 'export interface Logger { info(text: string): void }',
    })
    const loader = createModuleLoader(project.directory)
    const { Audit, LOGGER } = await loader.load('audit.ts')
    const { Clock } = await loader.load(project.path('clock.ts'))
    const container = tsyringe.container.createChildContainer()
    container.register(LOGGER as symbol, { useValue: 'the logger' })
    const audit = container.resolve(Audit as tsyringe.InjectionToken<{ record(): unknown; clock: object }>)
    assert.deepEqual(audit.record(), ['the logger', 'noon', 0])
    assert.equal(audit.clock.constructor, Clock)
    assert.equal(Reflect.getMetadata('design:paramtypes', Audit as object)[1], Clock)
  })

  it('gives the same module for the same file, also to loaders of other folders and at the same moment', async () => {
    await using project = await ProjectOnDisk.with({
      'shared.ts': 'await new Promise((resolve) => setTimeout(resolve, 5))\nexport const shared: object = {}',
      'a/a.ts': "export { shared } from '../shared.js'",
      'b/b.ts': "export { shared } from '../shared.js'",
    })
    const loader = createModuleLoader(project.directory)
    const [a, b] = await Promise.all([loader.load('a/a.ts'), loader.load('b/b.ts')])
    const other = await createModuleLoader(project.path('a')).load('../shared.ts')
    assert.equal(a.shared, b.shared)
    assert.equal(a.shared, other.shared)
  })

  it('gives the packages that it shares with the project as it has them itself', async () => {
    const source = "export * as tsyringe from 'tsyringe'\nexport * as typebox from 'typebox'\n"
    await using project = await ProjectOnDisk.with({
      'a.ts': source,
      'b.mjs': source,
      'node_modules/tsyringe/package.json': '{ "name": "tsyringe", "main": "index.js" }',
      'node_modules/tsyringe/index.js': 'exports.container = "another copy"',
    })
    const loader = createModuleLoader(project.directory)
    const a = (await loader.load('a.ts')) as { tsyringe: typeof tsyringe; typebox: typeof typebox }
    assert.equal(a.tsyringe.container, tsyringe.container)
    assert.equal(a.typebox.Type, typebox.Type)
    // JavaScript is Node's affair where it can be: this file falls back to jiti because typebox is not installed here.
    const b = (await loader.load('b.mjs')) as { typebox: typeof typebox }
    assert.equal(b.typebox.Type, typebox.Type)
  })

  it('lets JavaScript run in Node itself, so that an application that imports it has the same module', async () => {
    await using project = await ProjectOnDisk.with({
      'task.mjs': 'export const task = {}',
      'old.cjs': 'exports.named = 1',
      'from-ts.ts': "export { task } from './task.mjs'\nexport { named } from './old.cjs'",
    })
    const loader = createModuleLoader(project.directory)
    const native = await import(pathToFileURL(project.path('task.mjs')).href)
    assert.equal((await loader.load('task.mjs')).task, native.task)
    const { task, named } = await loader.load('from-ts.ts')
    assert.deepEqual([task === native.task, named], [true, 1])
    assert.deepEqual(Object.keys(await loader.load('old.cjs')).sort(), ['default', 'named'])
  })

  it('has no default export where the file has none', async () => {
    await using project = await ProjectOnDisk.with({ 'a.ts': 'export const a: number = 1' })
    assert.deepEqual(await createModuleLoader(project.directory).load('a.ts'), { a: 1 })
  })

  it('says file, line and cause of what cannot be loaded, and goes on', async () => {
    await using project = await ProjectOnDisk.with({
      'inner.ts': 'export const a = 1\n\nthrow new RangeError("too far")',
      'outer.ts': "import { a } from './inner.js'\nexport const b = a",
      'good.ts': 'export const good = true as boolean',
    })
    const loader = createModuleLoader(project.directory)
    await assert.rejects(loader.load('outer.ts'), (error) => {
      assert.ok(error instanceof ModuleLoadError)
      assert.deepEqual([error.file, error.line, error.reason], [project.path('inner.ts'), 3, 'RangeError: too far'])
      assert.ok(error.cause instanceof RangeError)
      return true
    })
    await assert.rejects(loader.load('missing.ts'), (error) => {
      return (
        error instanceof ModuleLoadError &&
        error.file === project.path('missing.ts') &&
        /there is no such file/.test(error.reason)
      )
    })
    assert.equal((await loader.load('good.ts')).good, true)
  })

  it('does not wait for ever for a module, and loads the next', async () => {
    const waits = 'setInterval(() => {}, 1_000).unref(); await new Promise(() => {}); export {}'
    await using project = await ProjectOnDisk.with({ 'a.ts': waits, 'b.mjs': waits, 'c.ts': 'export const c = 1' })
    const loader = createModuleLoader(project.directory, 200)
    const loading = ['a.ts', 'b.mjs'].map((file) =>
      assert.rejects(loader.load(file), { code: 'MODULE_TIMEOUT', file: project.path(file) }),
    )
    assert.deepEqual(await loader.load('c.ts'), { c: 1 })
    await Promise.all(loading)
  })

  it('resolves packages and files from its directory', async () => {
    await using project = await ProjectOnDisk.with({
      'a.ts': '',
      'node_modules/mail/package.json': '{ "name": "mail", "exports": "./plugin.js" }',
      'node_modules/mail/plugin.js': '',
    })
    const loader = createModuleLoader(project.directory)
    assert.equal(loader.resolve('mail'), project.path('node_modules', 'mail', 'plugin.js'))
    assert.equal(loader.resolve('./a.js'), project.path('a.ts'))
    assert.equal(loader.resolve('absent'), undefined)
  })
})

describe('The module loader of an installed package', () => {
  it('gives its own door to a project that has it, has another copy, or has none, and to itself', async () => {
    await using disk = await ProjectOnDisk.with({
      'global/tasker/package.json': JSON.stringify({
        name: 'tasker',
        type: 'module',
        exports: { '.': './dist/core/index.js', './plugins/*': './dist/plugins/*/index.js' },
      }),
      'global/tasker/dist/core/index.js': 'export const door = { copy: "running" }',
      'global/tasker/dist/plugins/http/index.js': "export { door } from '../../core/index.js'",
      'global/tasker/examples/own.ts': source,
      'other/node_modules/tasker/package.json': '{ "name": "tasker", "type": "module", "exports": "./index.js" }',
      'other/node_modules/tasker/index.js': 'export const door = { copy: "another" }',
      'other/a.ts': source,
      'none/a.ts': source,
      'none/b.mjs': source,
      'linked/a.ts': source,
      'linked/b.mjs': source,
    })
    const home = disk.path('global', 'tasker')
    await installBuilt(home)
    await mkdir(disk.path('linked', 'node_modules'), { recursive: true })
    await symlink(home, disk.path('linked', 'node_modules', 'tasker'))

    const entry = (path: string) => import(pathToFileURL(join(home, 'dist', path)).href)
    const { createModuleLoader: create } = await entry('core/config/module-loader.js')
    const { door } = await entry('core/index.js')
    for (const file of [
      'other/a.ts',
      'none/a.ts',
      'none/b.mjs',
      'linked/a.ts',
      'linked/b.mjs',
      'global/tasker/examples/own.ts',
    ]) {
      const found = await (create(disk.directory) as ModuleLoader).load(file)
      assert.equal(found.door, door, file)
      if (!file.startsWith('other')) assert.equal(found.byPlugin, door, file)
      assert.equal(found.required, file === 'linked/b.mjs' ? undefined : door, file)
    }
  })
})

/** Uses the door in every way: import, import of a subpath, require. */
const source = `
import { door as imported } from 'tasker'
export const door = imported
export const byPlugin = (await import('tasker/plugins/http').catch(() => ({}))).door
export const required = typeof require === 'function' ? require('tasker').door : undefined
`

/** The built config room and what it needs, as an installed package has them. */
async function installBuilt(home: string): Promise<void> {
  const built = fileURLToPath(new URL('../../../core', import.meta.url))
  for (const room of ['config', 'errors', 'events'])
    await cp(join(built, room), join(home, 'dist/core', room), { recursive: true })
  await mkdir(join(home, 'node_modules'))
  const dependencies = fileURLToPath(new URL('../../../../node_modules', import.meta.url))
  for (const name of ['jiti', 'ajv', 'typebox', 'tsyringe', 'reflect-metadata'])
    await symlink(join(dependencies, name), join(home, 'node_modules', name))
}
