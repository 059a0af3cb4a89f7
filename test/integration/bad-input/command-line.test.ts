import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import type { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { projectWith } from './bad-project.js'
import { assertOneError, endCalls, runCommand, said, startCommand } from './command-line.js'

const order = `
import { defineTask, PermanentError } from 'tasker'
export const order = defineTask({
  namespace: 'shop', name: 'order', version: '1.0.0',
  context: { type: 'object', required: ['orderId'], properties: { orderId: { type: 'integer' } } },
}).step('load', async ({ context }) => {
  if ((context as { orderId: number }).orderId === 13) throw new PermanentError('there is no order 13')
  return { loaded: true }
})
export const huge = defineTask({ namespace: 'shop', name: 'huge' }).step('load', async () => ({ rows: [1n] }))
`

describe('The command line', () => {
  after(endCalls)

  describe('in a project that is right', () => {
    let project: ProjectOnDisk
    let holder: ReturnType<typeof startCommand>
    // A folder, which shows what the calls left in it. They reach it through a worker, because that takes half the time; in a
    // project that is wrong each opens it itself.
    before(async () => {
      project = await projectWith({ 'handlers/order.task.ts': order }, "database: { path: './db' },")
      holder = startCommand(project, ['start'])
      await said(holder, /worker started/)
    })
    after(async () => {
      holder.kill('SIGKILL')
      await project[Symbol.asyncDispose]()
    })

    const wrongCalls: Readonly<Record<string, readonly [args: readonly string[], says: readonly RegExp[]]>> = {
      'an unknown handler': [
        ['run', 'shop/oder', '--json'],
        [/no task "oder"/, /Did you mean "order"\?/],
      ],
      'an unknown version': [
        ['run', 'shop/order@^2', '--json'],
        [/no version of shop\.order satisfies "\^2"/, /"1\.0\.0"/],
      ],
      'a context that does not fit its schema': [
        ['run', 'shop/order', '--context', '{"orderId":"seven"}', '--json'],
        [/The context for shop\.order@1\.0\.0 does not fit/, /\n {2}context\.orderId: must be integer\n/],
      ],
      'a context with a NUL character': [
        ['run', 'shop/order', '--context', '{"orderId":1,"note":"a\\u0000b"}', '--json'],
        [/note is a text with a NUL character/],
      ],
      'a context that is not JSON': [['run', 'shop/order', '--context', '{orderId:1}', '--json'], [/--context/]],
      'an unknown export format': [
        ['export', 'tasks', '--format', 'jsno', '--output', 'tasks.json'],
        [/No exporter serves the format "jsno"/, /Did you mean "json"\?/],
      ],
      'an unknown export source': [
        ['export', 'task', '--format', 'json'],
        [/task/, /Did you mean "?tasks"?\?/],
      ],
      'a task that does not exist': [
        ['tasks', 'show', '4711', '--json'],
        [/not the id of a task/, /"4711"/, /tasker tasks list/],
      ],
    }

    for (const [what, [args, says]] of Object.entries(wrongCalls)) {
      it(`answers ${what} with exit code 2 and one message`, async () => {
        assertOneError(await runCommand(project, args), 2, says)
      })
    }

    it('answers a run that fails with exit code 1, and prints how it ended', async () => {
      const args = ['run', 'shop/order', '--context', '{"orderId":13}', '--json']
      const { code, stdout } = await runCommand(project, args)
      assert.equal(code, 1)
      const { task, steps } = JSON.parse(stdout)
      assert.deepEqual([task.state, steps[0].state, steps[0].attempts], ['error', 'error', 1])
      assert.equal(steps[0].error.message, 'there is no order 13')
    })

    it('answers a run whose results cannot be stored with exit code 1 and the place in them', async () => {
      const { code, stdout } = await runCommand(project, ['run', 'shop/huge', '--json'])
      assert.equal(code, 1)
      const { steps } = JSON.parse(stdout)
      assert.equal(steps[0].error.code, 'NOT_STORABLE')
      assert.match(steps[0].error.message, /rows\[0\] is a bigint/)
    })

    it('has left nothing behind but the tasks that ran', async () => {
      const { stdout } = await runCommand(project, ['tasks', 'list', '--json'])
      const names = (JSON.parse(stdout) as readonly { readonly name: string }[]).map(({ name }) => name)
      assert.deepEqual(names.toSorted(), ['huge', 'order'])
      holder.kill('SIGTERM')
      await once(holder, 'exit')
      assert.deepEqual((await readdir(project.directory)).toSorted(), ['db', 'handlers', 'tasker.config.ts'])
    })
  })

  const wrongProjects: Readonly<Record<string, readonly [files: Record<string, string>, says: readonly RegExp[]]>> = {
    'a configuration with an unknown key': [
      { 'tasker.config.ts': 'export default { excution: {} }' },
      [/excution \(tasker\.config\.ts:1:18\)/, /Did you mean "execution"\?/],
    ],
    'a folder that does not exist': [
      { 'tasker.config.ts': "export default { database: { path: './db' }, handlers: ['./handlers'] }" },
      [/names "\.\/handlers" under handlers/],
    ],
    'a task with an unknown dependency': [
      {
        'handlers/a.task.ts':
          "import { defineTask } from 'tasker'\nexport const a = defineTask({ name: 'a' }).step('a', { dependsOn: ['z'] as never }, async () => 1)\n",
      },
      [/handlers\/a\.task\.ts:2:\d+ could not be loaded/, /depends on "z"/],
    ],
    'a YAML cycle': [
      {
        'work.ts': 'export class Work { process() {} }\n',
        'handlers/a.task.yaml':
          'name: a\nhandlers: ../work.ts\nstep_templates:\n  - { name: b, handler_class: Work, depends_on_step: c }\n  - { name: c, handler_class: Work, depends_on_step: b }\n',
      },
      [/handlers\/a\.task\.yaml:\d+:\d+/, /wait for each other/],
    ],
    'a subscriber for an event that does not exist': [
      {
        'subscribers/a.subscriber.ts':
          "import { defineSubscriber } from 'tasker'\nexport const a = defineSubscriber({ name: 'a', on: { 'task.done': () => {} } as never })\n",
      },
      [/names no event/, /subscribers\/a\.subscriber\.ts/],
    ],
    'an exporter without export': [
      {
        'exporters/a.exporter.ts':
          "import { defineExporter } from 'tasker'\nexport const a = defineExporter({ name: 'a', formats: ['a'], contentType: 'a/a', fileExtension: 'a' } as never)\n",
      },
      [/exporters\/a\.exporter\.ts:2:\d+/, /cannot export/],
    ],
    'two wrong files': [
      { 'handlers/a.task.ts': 'export const = 1\n', 'handlers/b.task.ts': "throw new Error('boom')\n" },
      [
        /2 things that the project names were refused:\n {2}handlers\/a\.task\.ts: .*\n {2}handlers\/b\.task\.ts: .*boom/,
      ],
    ],
  }

  describe('in a project that is wrong', () => {
    let project: ProjectOnDisk
    const folders = ['handlers', 'subscribers', 'exporters']

    // One database for all: it opens faster than a new one does, and shows that each call lets go of it.
    before(async () => {
      project = await projectWith({}, "database: { path: './db' },")
      assert.equal((await runCommand(project, ['db', 'migrate'])).code, 0)
    })
    afterEach(() => Promise.all(folders.map((folder) => rm(project.path(folder), { recursive: true, force: true }))))
    after(() => project[Symbol.asyncDispose]())

    for (const [what, [files, says]] of Object.entries(wrongProjects)) {
      it(`answers ${what} with exit code 2 and one message`, async () => {
        const named = folders.filter((folder) => Object.keys(files).some((path) => path.startsWith(folder)))
        const config = { database: { path: './db' }, ...Object.fromEntries(named.map((name) => [name, [`./${name}`]])) }
        await project.write('tasker.config.ts', `export default ${JSON.stringify(config)}\n`)
        for (const [path, content] of Object.entries(files)) await project.write(path, content)
        assertOneError(await runCommand(project, ['run', 'shop/order', '--json']), 2, says)
      })
    }
  })

  it('shows what was refused, and why, in the lists of what was found', async () => {
    await using project = await projectWith({
      'handlers/order.task.ts': order,
      'handlers/broken.task.ts': "throw new Error('boom')\n",
    })
    const { code, stdout, stderr } = await runCommand(project, ['handlers', 'list', '--json'])
    assert.deepEqual([code, stderr], [0, ''])
    const listed = JSON.parse(stdout) as readonly {
      readonly name: string
      readonly refused: boolean
      problems?: string[]
    }[]
    const refused = listed.filter((each) => each.refused)
    assert.equal(refused.length, 1)
    assert.match(refused[0]!.problems!.join(), /handlers\/broken\.task\.ts:1:\d+ could not be loaded: boom/)
    assert.equal(listed.length, 3)
  })
})
