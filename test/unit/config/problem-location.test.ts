import assert from 'node:assert/strict'
import { loadConfig } from '../../../core/config/load-config.js'
import { ConfigurationInvalidError } from '../../../core/errors/configuration-errors.js'
import { ProjectOnDisk } from './project-on-disk.js'

/** What is wrong in a file, and where the message says that it is: `path` → `line:column`, or nothing. */
async function placesIn(content: string, name = 'tasker.config.ts'): Promise<Record<string, string | undefined>> {
  await using project = await ProjectOnDisk.with({ [name]: content })
  const error = await loadConfig({ cwd: project.directory, variables: {} }).then(
    () => assert.fail('the configuration was accepted'),
    (thrown) => thrown,
  )
  assert(error instanceof ConfigurationInvalidError, String(error))
  for (const { line, column } of error.problems)
    if (line !== undefined) assert(error.message.includes(`(${name}:${line}:${column}`), error.message)
  return Object.fromEntries(
    error.problems.map(({ path, line, column }) => [path, line === undefined ? undefined : `${line}:${column}`]),
  )
}

const whereIs = async (path: string, content: string) => (await placesIn(content))[path]

describe('What is wrong in tasker.config.ts', () => {
  it('is said with line and column, that of a list and of an overlay as well', async () => {
    const places = await placesIn(`import { defineConfig } from 'tasker'
/** A comment with execution: { concurrentTask: 5 } in it. */
export default defineConfig({
  handlers: ['./handlers'],
  execution: { concurrentTask: 5, leaseMs: 'soon' },
  'logging': {
    level: 'loud', // level: 'silent'
  },
  plugins: ['./plugins', { use: 'mail', option: {} }],
  customEvents: { 'order.fulfilled': { durable: 'yes' } },
  environments: { production: { execution: { concurrentTasks: -1 } } },
})
`)
    assert.deepEqual(places, {
      'execution.concurrentTask': '5:16',
      'execution.leaseMs': '5:35',
      'logging.level': '7:5',
      'plugins[1]': '9:26',
      'customEvents["order.fulfilled"].durable': '10:40',
      'environments.production.execution.concurrentTasks': '11:46',
    })
  })

  it('stands beside the name of the file, where a terminal makes a link of it', async () => {
    await using project = await ProjectOnDisk.with({ 'tasker.config.ts': 'export default {\n  handler: []\n}' })
    await assert.rejects(
      loadConfig({ cwd: project.directory }),
      /\n {2}handler \(tasker\.config\.ts:2:3\): expected no such/,
    )
  })

  it('is found in every form that a configuration may have', async () => {
    const broken = `{\n  logging: { level: 'loud' } }`
    for (const content of [
      `export default ${broken}`,
      `export default (${broken})`,
      `export default (${broken}) satisfies object`,
      `export default ${broken} as const`,
      `export default async () => (${broken})`,
      `export default ({ env }: { env: Record<string, string> }) => (${broken})`,
      `export default context => (${broken})`,
      `export default () => { const a = 1; return ${broken} }`,
      `export default async function () { return ${broken} }`,
      `export default defineConfig(${broken}); function defineConfig<T>(it: T): T { return it }`,
      `const settings: object = ${broken}; export default settings`,
    ]) {
      assert.equal(await whereIs('logging.level', content), '2:14', content)
    }
  })

  it('is the key above where the value is made elsewhere', async () => {
    const content = `const logging = { level: 'loud' }
const limits = () => ({ concurrentTasks: 0 })
export default {
  logging,
  execution: limits(),
}`
    assert.deepEqual(await placesIn(content), { 'logging.level': '4:3', 'execution.concurrentTasks': '5:3' })
  })

  it('is not said where it is not sure: a wrong line costs more time than none', async () => {
    for (const content of [
      `const base = { logging: { level: 'loud' } }\nexport default { ...base }`,
      `export default { ['log' + 'ging']: { level: 'loud' } }`,
      `export default Math.random() < 2 ? { logging: { level: 'loud' } } : { logging: { level: 'quiet' } }`,
      `export default () => { if (Date.now() < 0) return { logging: { level: 'loud' } }; return { logging: { level: 'loud' } } }`,
      `export default Object.assign({}, { logging: { level: 'loud' } })`,
      `export default { ...new Map<string, object>([['a', { logging: { level: 'loud' } }]]).get('a') }`,
      `export default { logging: { level: 'info' }, ...JSON.parse('{"logging":{"level":"loud"}}') }`,
    ]) {
      assert.equal(await whereIs('logging.level', content), undefined, content)
    }
  })

  it('is the key above where a spread has replaced what stands there', async () => {
    const content = `export default {\n  logging: { level: 'info', ...JSON.parse('{"level":"loud"}') } }`
    assert.equal(await whereIs('logging.level', content), '2:3')
  })

  it('is found beside texts, templates, regular expressions and comments that look like something else', async () => {
    const content = [
      'const form = /[/{"]/g, half = 4 / 2 / 1',
      'export default {',
      `  database: { path: String(form).length > half ? './a}b' : \`\${\`}\${{ a: 1 }.a}\`}{\` }, /* logging: { */`,
      `  dependentSystems: { "it's": { concurrent: 2 } },`,
      `  logging: { level: "lo\\"ud" },`,
      '}',
    ].join('\n')
    assert.equal(await whereIs('logging.level', content), '5:14')
  })

  it('is said of contradictions as well, by the setting that makes them', async () => {
    const content = `export default {\n  environments: { development: { execution: {\n    heartbeatIntervalMs: 20_000 } } },\n}`
    assert.equal(await whereIs('execution.heartbeatIntervalMs', content), '3:5')
  })

  it('is said of JavaScript, and of the file alone: an environment variable has no line', async () => {
    assert.deepEqual(await placesIn(`export default {\n  exporter: [] }`, 'tasker.config.mjs'), { exporter: '2:3' })
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts': `export default { logging: { level: 'info' } }`,
    })
    await assert.rejects(
      loadConfig({ cwd: project.directory, variables: { TASKER_LOG_LEVEL: 'loud' } }),
      /logging\.level \(TASKER_LOG_LEVEL\): expected/,
    )
  })
})
