import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { createTasker } from '../../../core/index.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { bootError, codesOf, keepingLogger } from './bad-project.js'

const plugin = (body: string): string =>
  `import { definePlugin } from 'tasker'\nexport const mail = definePlugin({ name: 'mail', version: '1.0.0', ${body} } as never)\n`

describe('A plugin', () => {
  let project: ProjectOnDisk

  // All tests boot on one embedded folder: each shows that the failed boot before it let go of it.
  before(async () => {
    project = await ProjectOnDisk.with({
      'tasker.config.ts':
        "export default { database: { path: './db' }, plugins: ['./plugins'], boot: { timeoutMs: 300 } }\n",
    })
  })
  after(() => project[Symbol.asyncDispose]())

  /** Another file each time: a module is loaded once in a process. */
  let file = ''
  let files = 0
  const write = async (body: string) => {
    if (file !== '') await rm(project.path(file))
    file = `plugins/mail-${++files}.plugin.ts`
    await project.write(file, plugin(body))
  }

  const errorWith = async (body: string) => {
    await write(body)
    const error = await bootError(project)
    assert.ok(error.message.startsWith(`Plugin mail, from ${file}, `), error.message)
    return error
  }

  it('that depends on one that does not exist is refused, with where it comes from', async () => {
    const error = await errorWith("dependsOn: ['htpp']")
    assert.equal(error.code, 'PLUGIN_DEPENDENCY')
    assert.match(error.message, /depends on "htpp", which is not registered.*take it out of `dependsOn`/)
  })

  it('whose setup throws ends the boot, with its reason', async () => {
    const error = await errorWith("setup() { throw new Error('no mail server') }")
    assert.equal(error.code, 'PLUGIN_FAILED')
    assert.equal((error.cause as Error).message, 'no mail server')
    assert.match(error.message, /failed in its setup: no mail server\. Correct the plugin.*discovery\.disable/)
  })

  it('whose setup hangs ends the boot after boot.timeoutMs', async () => {
    const error = await errorWith('setup: () => new Promise(() => {})')
    assert.equal(error.code, 'PLUGIN_TIMEOUT')
    assert.match(error.message, /hangs: its setup has not ended within 300 ms\..*boot\.timeoutMs/)
  })

  it('that is given options which do not fit its schema is refused', async () => {
    const error = await errorWith("options: { type: 'object', required: ['from'] }")
    assert.equal(error.code, 'PLUGIN_OPTIONS_INVALID')
    assert.match(error.message, /refuses its options.*required property 'from'.*\{ use, options \}/)
  })

  it('that adds to a hook which does not exist is told the nearest', async () => {
    const error = await errorWith("setup({ hooks }: never) { (hooks as any).add('beforeTaskCreat', () => {}) }")
    assert.deepEqual(codesOf(error), ['PLUGIN_FAILED', 'UNKNOWN_HOOK'])
    assert.match(error.message, /no hook "beforeTaskCreat".*Did you mean "beforeTaskCreate"\?/)
  })

  it('that is put right works at once, on the same folder', async () => {
    await write("setup: () => 'ready'")
    await using tasker = await createTasker(undefined, { cwd: project.directory, logger: keepingLogger() })
    assert.equal(tasker.plugins.require('mail' as string), 'ready')
    assert.equal(tasker.database.isHolder, true)
  })

  it('whose start throws makes start() fail with its name, and stop() still lets go of everything', async () => {
    await write("start() { throw new Error('port 25 is taken') }")
    const tasker = await createTasker(undefined, { cwd: project.directory, logger: keepingLogger() })
    await assert.rejects(tasker.start(), {
      code: 'PLUGIN_FAILED',
      message: /^Plugin mail, from plugins\/mail-\d\.plugin\.ts, failed in its start: port 25 is taken\./,
    })
    await tasker.stop()
    await write('')
    await using next = await createTasker(undefined, { cwd: project.directory, logger: keepingLogger() })
    await next.start()
    assert.equal(next.state, 'running')
  })
})
