import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createTasker } from '../../../core/index.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { bootError, keepingLogger } from './bad-project.js'
import { assertOneError, endCalls, runCommand } from './command-line.js'

const door = new URL('../../../core/index.js', import.meta.url).href
const holder = `
const { createTasker } = await import(${JSON.stringify(door)})
const tasker = await createTasker()
await tasker.start()
process.stdout.write('ready')
process.stdin.on('data', async () => {
  await tasker.stop()
  process.exit(0)
})
`

describe('A second process on an embedded folder', () => {
  let project: ProjectOnDisk
  let first: ChildProcess

  before(async () => {
    project = await ProjectOnDisk.with({
      'tasker.config.ts': "export default { database: { path: './db' }, logging: { level: 'silent' } }\n",
    })
    const args = ['--input-type=module', '--eval', holder]
    first = spawn(process.execPath, args, { cwd: project.directory, stdio: ['pipe', 'pipe', 'inherit'] })
    await once(first.stdout!, 'data')
  })
  after(async () => {
    first.kill('SIGKILL')
    await endCalls()
    await project[Symbol.asyncDispose]()
  })

  it('is refused, with the folder, who holds it, and three ways out', async () => {
    const error = await bootError(project)
    assert.equal(error.code, 'EMBEDDED_DATABASE_IN_USE')
    assert.equal(error.details.pid, first.pid)
    assert.ok(error.message.includes(project.path('db')))
    for (const part of [`process ${first.pid} on `, 'Stop that process', 'the tasker commands', 'database.url'])
      assert.ok(error.message.includes(part), `${part}: ${error.message}`)
  })

  it('is refused by `tasker start` with one message as well', async () => {
    assertOneError(await runCommand(project, ['start']), 1, [/^error: The embedded database in .* is in use/])
  })

  it('may look in by a command, and finds the folder free when the first has ended', async () => {
    const { code, stdout } = await runCommand(project, ['tasks', 'list', '--json'])
    assert.deepEqual([code, JSON.parse(stdout)], [0, []])
    first.stdin!.write('stop')
    await once(first, 'exit')
    await using next = await createTasker(undefined, { cwd: project.directory, logger: keepingLogger() })
    assert.equal(next.database.isHolder, true)
  })
})
