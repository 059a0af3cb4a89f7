import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { createTasker, defineTask } from '../../../core/index.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { bootError, codesOf, keepingLogger } from './bad-project.js'

const plugin = (body: string): string =>
  `import { definePlugin } from 'tasker'\nexport const mail = definePlugin({ name: 'mail', version: '1.0.0', ${body} } as never)\n`

describe('A plugin that is required', () => {
  let project: ProjectOnDisk

  // All tests boot on one embedded folder: each shows that the failed boot before it let go of it.
  before(async () => {
    project = await ProjectOnDisk.with({
      'tasker.config.ts':
        "export default { database: { path: './db' }, plugins: ['./plugins'], boot: { timeoutMs: 300, requiredPlugins: true } }\n",
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

describe('A plugin that is not required', () => {
  it('and fails is switched off, named, and listed, and the rest goes on', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts':
        "export default { database: { path: ':memory:' }, plugins: ['./plugins'], boot: { timeoutMs: 300 } }\n",
      'plugins/mail.plugin.ts': plugin("setup() { throw new Error('no mail server') }"),
      'plugins/well.plugin.ts': plugin("setup: () => 'well'").replaceAll('mail', 'well'),
    })
    const log = keepingLogger()
    await using tasker = await createTasker(undefined, { cwd: project.directory, logger: log })
    await tasker.start()
    assert.equal(tasker.plugins.require('well' as string), 'well')
    assert.throws(() => tasker.plugins.require('mail' as string), {
      code: 'UNKNOWN_PLUGIN',
      message: /no plugin "mail" that has been set up: Plugin mail, .* failed in its setup: no mail server/,
    })
    assert.deepEqual(
      tasker.plugins.refusals().map(({ subject }) => subject),
      ['mail'],
    )
    const said = log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)
    assert.equal(said.length, 1)
    assert.match(said[0]!, /^plugin mail is switched off, the rest goes on: Plugin mail, from plugins\/mail/)
  })

  it('but says so itself ends the boot all the same', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts': "export default { database: { path: ':memory:' }, plugins: ['./plugins'] }\n",
      'plugins/mail.plugin.ts': plugin("required: true, setup() { throw new Error('no mail server') }"),
    })
    const error = await bootError(project)
    assert.equal(error.code, 'PLUGIN_FAILED')
    // As the command line opens a project to command its tasks, and to look at it.
    const operate = await bootError(project, { onRefusal: 'collect' })
    assert.equal(operate.code, 'PLUGIN_FAILED')
    const look = {
      cwd: project.directory,
      logger: keepingLogger(),
      onRefusal: 'collect',
      withoutDatabase: true,
    } as const
    await using tasker = await createTasker(undefined, look)
    assert.equal(tasker.plugins.status('mail')!.state, 'failed')
  })

  it('and depends on one that is disabled is left out, with the reason', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts':
        "export default { database: { path: ':memory:' }, plugins: ['./plugins'], discovery: { disable: ['well'] } }\n",
      'plugins/mail.plugin.ts': plugin("dependsOn: ['well']"),
      'plugins/well.plugin.ts': plugin("setup: () => 'well'").replaceAll('mail', 'well'),
    })
    await using tasker = await createTasker(undefined, { cwd: project.directory, logger: keepingLogger() })
    const { state, problem } = tasker.plugins.status('mail')!
    assert.equal(state, 'blocked')
    assert.match(problem!, /mail, from .*, was left out: it depends on well, which is disabled/)
  })

  it('and is named in boot.requiredPlugins all the same must be there', async () => {
    const settings = (more: string) =>
      `export default { database: { path: ':memory:' }, boot: { requiredPlugins: ['auth'] }, ${more} }\n`
    await using project = await ProjectOnDisk.with({ 'tasker.config.ts': settings('') })
    const missing = await bootError(project)
    assert.equal(missing.code, 'REQUIRED_PLUGIN_MISSING')
    assert.match(missing.message, /names the plugin auth, which was not found/)
    await using other = await ProjectOnDisk.with({
      'tasker.config.ts': settings("plugins: ['./plugins'], discovery: { disable: ['auth'] }"),
      'plugins/auth.plugin.ts': plugin('').replaceAll('mail', 'auth'),
    })
    assert.match((await bootError(other)).message, /names the plugin auth, which is disabled/)
  })

  it('and guards something leaves it closed when it is switched off', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts': "export default { database: { path: ':memory:' }, plugins: ['./plugins'] }\n",
      'plugins/mail.plugin.ts': plugin(
        `setup({ hooks }: never) { (hooks as any).add('beforeCommand', () => {}); (hooks as any).add('beforeTaskCreate', () => { throw new Error('never') }) },
         start() { throw new Error('no directory of users') }`,
      ),
    })
    const ping = defineTask({ name: 'ping' }).step('answer', async () => 'pong')
    const config = { database: { path: ':memory:' }, handlers: [ping], plugins: [project.path('plugins')] }
    await using tasker = await createTasker(config, { cwd: project.directory, logger: keepingLogger() })
    await tasker.start()
    const done = await tasker.tasks.wait(await tasker.tasks.create(ping), { timeoutMs: 10_000 })
    assert.equal(done.state, 'complete')
    const actor = { id: 'ada', kind: 'person' } as const
    await assert.rejects(tasker.tasks.cancel(done.id, { reason: 'late', actor }), {
      code: 'GUARD_SWITCHED_OFF',
      message: /^Plugin mail guards this by its hook beforeCommand, and is switched off: .*no directory of users/,
    })
  })

  it('and depends on itself by another is left out where one only looks', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts': "export default { plugins: ['./plugins'] }\n",
      'plugins/mail.plugin.ts': plugin("dependsOn: ['well']"),
      'plugins/well.plugin.ts': plugin("dependsOn: ['other']").replaceAll('mail', 'well').replace('other', 'mail'),
    })
    const options = {
      cwd: project.directory,
      logger: keepingLogger(),
      withoutDatabase: true,
      onRefusal: 'collect',
    } as const
    await using tasker = await createTasker(undefined, options)
    assert.deepEqual(
      tasker.plugins
        .refusals()
        .map(({ subject }) => subject)
        .toSorted(),
      ['mail', 'well'],
    )
  })
})
