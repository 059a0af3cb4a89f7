import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { createTasker, type TaskerError } from '../../../core/index.js'
import type { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { bootError, codesOf, keepingLogger, projectWith } from './bad-project.js'

const task = (chain: string, name = 'job'): string =>
  `import { defineTask } from 'tasker'\n\nexport const job = defineTask({ name: '${name}', namespace: 'shop' })\n${chain}\n`
const first = "  .step('first', async () => ({ total: 1 }))"

const cyclicYaml = [
  'name: circle',
  'namespace: shop',
  'handlers: ../work.ts',
  'step_templates:',
  '  - { name: a, handler_class: Work, depends_on_step: b }',
  '  - { name: b, handler_class: Work, depends_on_step: a }',
  '',
].join('\n')

/** Files, each wrong in one way, and what the message must say beside the name of the file. */
const wrong: Readonly<
  Record<string, { readonly source: string; readonly code: string; readonly says: readonly RegExp[] }>
> = {
  'handlers/unknown-dependency.task.ts': {
    source: task(`${first}\n  .step('second', { dependsOn: ['frist'] as never }, async () => 1)`),
    code: 'MODULE_LOAD_FAILED',
    says: [/\.task\.ts:5:\d+ /, /step "second" depends on "frist"/, /Did you mean "first"\?/],
  },
  'handlers/duplicate-step.task.ts': {
    source: task(`${first}\n  .step('first' as never, async () => 1)`),
    code: 'MODULE_LOAD_FAILED',
    says: [/\.task\.ts:5:\d+ /, /has two steps named "first"/, /Rename one of them/],
  },
  'handlers/no-steps.task.ts': {
    source: task(''),
    code: 'MODULE_LOAD_FAILED',
    says: [/shop\.job@0\.1\.0 has no steps/, /Add one/],
  },
  'handlers/no-handler.task.ts': {
    source: task("  .step('first', {} as never)"),
    code: 'MODULE_LOAD_FAILED',
    says: [/step "first" has no usable handler/, /Write \.step/],
  },
  'handlers/unknown-option.task.ts': {
    source: task("  .step('first', { retryes: 3 } as never, async () => 1)"),
    code: 'MODULE_LOAD_FAILED',
    says: [/has no option "retryes"/, /Did you mean "retry"\?/],
  },
  'handlers/no-task.task.ts': {
    source: 'export const charge = async () => 1\n',
    code: 'NOTHING_EXPORTED',
    says: [/exports nothing that can be registered/, /defineTask/, /Received the exports charge/],
  },
  'handlers/throwing.task.ts': {
    source: "\nthrow new Error('no price list')\n",
    code: 'MODULE_LOAD_FAILED',
    says: [/\.task\.ts:2:\d+ could not be loaded: no price list/],
  },
  'handlers/broken.task.ts': {
    source: 'export const = 1\n',
    code: 'MODULE_LOAD_FAILED',
    says: [/broken\.task\.ts:1:\d+/],
  },
  'handlers/plain.task.ts': {
    source: "export const plain = { name: 'plain', steps: [] }\n",
    code: 'INVALID_REGISTRATION',
    says: [/handler plain/, /defineTask/],
  },
  'handlers/circle.task.yaml': {
    source: cyclicYaml,
    code: 'TASK_YAML_INVALID',
    says: [/circle\.task\.yaml:\d+:\d+ /, /wait for each other: \w → \w → \w/, /Take one of these dependencies away/],
  },
  'handlers/torn.task.yaml': {
    source: 'name: [torn\nnamespace: shop\n',
    code: 'TASK_YAML_INVALID',
    says: [/torn\.task\.yaml:2:1/],
  },
  'handlers/missing-module.task.yaml': {
    source: 'name: lost\nhandlers: ./nowhere.ts\nstep_templates:\n  - { name: a, handler_class: Work }\n',
    code: 'TASK_FILE_NOT_LOADED',
    says: [/names the handler module \.\/nowhere\.ts/, /there is no such file/],
  },
  'subscribers/pager.subscriber.ts': {
    source:
      "import { defineSubscriber } from 'tasker'\nexport const pager = defineSubscriber({ name: 'pager', on: { 'task.complet': () => {} } as never })\n",
    code: 'INVALID_REGISTRATION',
    says: [/subscriber pager/, /`on\["task\.complet"\]` names no event/, /did you mean "task\.completed"\?/],
  },
  'subscribers/audit.subscriber.ts': {
    source: [
      "import { inject, on, subscriber } from 'tasker'",
      "@subscriber({ name: 'audit' })",
      'export class Audit {',
      "  constructor(@inject(Symbol.for('nothing')) readonly nothing: unknown) {}",
      "  @on('task.completed') record() {}",
      '}',
    ].join('\n'),
    code: '',
    says: [/Cannot inject the dependency "nothing"/],
  },
  'exporters/lines.exporter.ts': {
    source:
      "import { defineExporter } from 'tasker'\nexport const lines = defineExporter({ name: 'lines', formats: ['lines'], contentType: 'text/plain', fileExtension: 'txt' } as never)\n",
    code: 'MODULE_LOAD_FAILED',
    says: [/lines\.exporter\.ts:2:\d+/, /Exporter "lines": it cannot export/, /async \*export\(records, context\)/],
  },
  'exporters/xml.exporter.ts': {
    source: "export const xml = { name: 'xml', formats: ['xml'], contentType: 'text/xml', fileExtension: 'xml' }\n",
    code: 'INVALID_REGISTRATION',
    says: [/exporter xml: `export` must be an async generator function/, /found undefined/],
  },
  'plugins/mail.plugin.ts': {
    source: "export const mail = { name: 'mail', setup() {} }\n",
    code: 'INVALID_REGISTRATION',
    says: [/plugin mail: `version` must be a version/],
  },
}

interface Problem {
  readonly place: string
  readonly problem: string
  readonly code?: string
}

describe('A project with many wrong files', () => {
  let project: ProjectOnDisk
  let error: TaskerError

  before(async () => {
    const files = Object.fromEntries(Object.entries(wrong).map(([path, { source }]) => [path, source]))
    project = await projectWith({ ...files, 'work.ts': 'export class Work { process() {} }\n' })
    error = await bootError(project)
  })
  after(() => project[Symbol.asyncDispose]())

  it('is refused with one error that lists each of them once', () => {
    assert.equal(error.code, 'DISCOVERY_FAILED')
    const { problems } = error.details as { readonly problems: readonly Problem[] }
    assert.deepEqual(problems.map(({ place }) => place).sort(), Object.keys(wrong).sort())
    assert.match(error.message, new RegExp(`^${problems.length} things that the project names were refused:\n`))
    assert.match(error.message, /\nCorrect them; `tasker handlers list`/)
  })

  for (const [file, { code, says }] of Object.entries(wrong)) {
    it(`says what is wrong with ${file}, and the way out`, () => {
      const { problems } = error.details as { readonly problems: readonly Problem[] }
      const { problem, ...found } = problems.find(({ place }) => place === file)!
      assert.equal(found.code ?? '', code)
      for (const part of says) assert.match(problem, part)
    })
  }
})

describe('A project with one wrong file', () => {
  const single = async (file: string, source: string) => {
    await using project = await projectWith({ [file]: source })
    return await bootError(project)
  }

  it('is refused with the error of that file, which names it', async () => {
    const file = 'handlers/unknown-dependency.task.ts'
    const error = await single(file, wrong[file]!.source)
    assert.deepEqual(codesOf(error), ['MODULE_LOAD_FAILED', 'UNKNOWN_DEPENDENCY'])
    assert.match(
      error.message,
      /^\/.*\/handlers\/unknown-dependency\.task\.ts:5:\d+ could not be loaded: Task shop\.job/,
    )
  })

  it('is told the file also where the error itself does not know it', async () => {
    const file = 'subscribers/audit.subscriber.ts'
    const error = await single(file, wrong[file]!.source)
    assert.deepEqual(codesOf(error), ['DISCOVERY_FAILED'])
    assert.match(error.message, /\n {2}subscribers\/audit\.subscriber\.ts: Cannot inject/)
  })

  it('is told both places of a name that is taken', async () => {
    await using project = await projectWith({ 'handlers/a.task.ts': task(first), 'handlers/b.task.ts': task(first) })
    const error = await bootError(project)
    assert.equal(error.code, 'ALREADY_REGISTERED')
    assert.match(
      error.message,
      /shop\.job@0\.1\.0 from handlers\/b\.task\.ts .* already registered from handlers\/a\.task\.ts/,
    )
  })

  it('leaves its embedded folder free, and starts as soon as the file is right', async () => {
    const file = 'handlers/no-steps.task.ts'
    await using project = await projectWith({ [file]: wrong[file]!.source }, "database: { path: './db' },")
    const error = await bootError(project)
    assert.match(error.message, /handlers\/no-steps\.task\.ts could not be loaded: Task shop\.job@0\.1\.0 has no steps/)
    await rm(project.path(file))
    await using tasker = await createTasker(undefined, { cwd: project.directory, logger: keepingLogger() })
    assert.equal(tasker.handlers.list().length, 0)
    assert.equal((await tasker.tasks.list()).items.length, 0)
  })
})
